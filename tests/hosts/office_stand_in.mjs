// Stands in for Excel where custom functions are written in JavaScript: associates each function,
// calls it with matrices as Office.js has them, and prints the answers, each number as its bits.
// usage: node office_stand_in.mjs PYTHON < CALLS.json
import { spawn } from "node:child_process";
import fs from "node:fs";
import readline from "node:readline";

const calls = JSON.parse(fs.readFileSync(0, "utf-8"));
const python = spawn(process.argv[2], ["-m", "tests.hosts.office_stand_in"], {
  stdio: ["pipe", "pipe", "inherit"],
});
const lines = readline.createInterface({ input: python.stdout })[Symbol.asyncIterator]();

const functions = new Map();
const CustomFunctions = { associate: (name, called) => functions.set(name, called) };
for (const { name } of calls)
  CustomFunctions.associate(name, async (...given) => {
    python.stdin.write(JSON.stringify({ name, arguments: given }) + "\n");
    const answer = JSON.parse((await lines.next()).value);
    return Array.isArray(answer) ? answer : [[answer]];
  });

const bits = (value) => {
  if (Array.isArray(value)) return value.map(bits);
  if (typeof value !== "number") return value;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
};
const answers = [];
for (const call of calls) answers.push(bits(await functions.get(call.name)(...call.arguments)));
console.log(JSON.stringify(answers));
python.stdin.end();
