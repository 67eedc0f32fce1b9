// Runs the folder for Personal Modules in Pyodide, the Python of xlwings Lite, and prints what it
// answers as JSON. usage: node pyodide_run.mjs PYODIDE_FOLDER FOLDER.zip CALLS.py NAMES.json
import fs from "fs";
import path from "path";
import { pathToFileURL } from "url";

process.on("uncaughtException", (error) => {
  console.error(String(error.message).slice(-2000)); // and not the whole of Pyodide's source
  process.exit(1);
});
const [folder, modules, calls, names] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(folder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ packageBaseUrl: folder + path.sep });
const unpack = (file, format, options) => {
  const bytes = fs.readFileSync(file);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  pyodide.unpackArchive(buffer, format, options);
};
pyodide.runPython("import os, sys; os.mkdir('/personal'); sys.path.insert(0, '/personal')");
unpack(modules, "zip", { extractDir: "/personal" });
pyodide.globals.set("names", fs.readFileSync(names, "utf-8"));
const answer = JSON.parse(
  pyodide.runPython(`
import compileall, importlib.util, json, os, sys
os.environ.pop("XLWINGS_ON_SERVER", None)
compiled = compileall.compile_dir("/personal/xlmargin", quiet=1)
absent = [name for name in json.loads(names) if importlib.util.find_spec(name) is None]
json.dumps({"python": sys.version.split()[0], "platform": sys.platform,
            "compiled": bool(compiled), "absent": absent})
`),
);
try {
  const quiet = { messageCallback: () => {}, errorCallback: () => {} };
  for (const name of ["numpy", "scipy", "pandas"]) await pyodide.loadPackage(name, quiet);
  for (const file of fs.readdirSync(folder))
    if (/^(xlwings|holidays|python_dateutil|six|tzdata)-.*\.whl$/.test(file))
      unpack(path.join(folder, file), "wheel");
  pyodide.runPython("import numpy, scipy, pandas, holidays, xlwings");
} catch (error) {
  const lines = String(error.message).trim().split("\n");
  answer.missing = lines.filter((line) => /^\w*Error/.test(line)).pop() ?? lines[0];
}
if (!answer.missing)
  answer.answers = JSON.parse(pyodide.runPython(fs.readFileSync(calls, "utf-8")));
console.log(JSON.stringify(answer));
