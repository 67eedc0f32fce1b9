// Runs our wheel in Pyodide, the Python of xlwings Lite, and prints what it answers as JSON.
// usage: node pyodide_run.mjs PYODIDE_FOLDER WHEEL CALLS.py
import fs from "fs";
import path from "path";
import { pathToFileURL } from "url";

const [folder, wheel, calls] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(folder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ packageBaseUrl: folder + path.sep });
const unpack = (file) => {
  const bytes = fs.readFileSync(file);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  pyodide.unpackArchive(buffer, "wheel");
};
unpack(wheel);
const answer = JSON.parse(
  pyodide.runPython(`
import compileall, json, os, sys, sysconfig
os.environ.pop("XLWINGS_ON_SERVER", None)
folder = sysconfig.get_path("purelib")
compiled = compileall.compile_dir(folder + "/xlmargin", quiet=1)
from xlmargin.dates import serial_of
from xlmargin.errors import MarginError
import datetime
json.dumps({"python": sys.version.split()[0], "platform": sys.platform,
            "compiled": bool(compiled), "serial": serial_of(datetime.date(2026, 1, 15))})
`),
);
try {
  const quiet = { messageCallback: () => {}, errorCallback: () => {} };
  for (const name of ["numpy", "scipy", "pandas"]) await pyodide.loadPackage(name, quiet);
  for (const file of fs.readdirSync(folder))
    if (/^(xlwings|holidays|python_dateutil|six|tzdata)-.*\.whl$/.test(file))
      unpack(path.join(folder, file));
  pyodide.runPython("import numpy, scipy, pandas, holidays, xlwings");
} catch (error) {
  const lines = String(error.message).trim().split("\n");
  answer.missing = lines.filter((line) => /^\w*Error/.test(line)).pop() ?? lines[0];
}
if (!answer.missing)
  answer.answers = JSON.parse(pyodide.runPython(fs.readFileSync(calls, "utf-8")));
console.log(JSON.stringify(answer));
