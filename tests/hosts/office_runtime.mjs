// Stands in for Excel where custom functions run: loads the add-in's code, associates each function,
// calls it with rows as Office.js has them, keeps streaming cells, and says what it did, a line of
// JSON each. Numbers are their bits. With "by hand" sockets and time are what the lines say.
// usage: node --experimental-websocket office_runtime.mjs FUNCTIONS.js TOKEN [by hand]
import fs from "node:fs";
import readline from "node:readline";
import vm from "node:vm";

const [, , code, token, byHand] = process.argv;
const say = (told) => process.stdout.write(JSON.stringify(told) + "\n");

class CustomFunctionsError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
const bits = (value) => {
  if (Array.isArray(value)) return value.map(bits);
  if (value instanceof CustomFunctionsError) return value.code;
  if (typeof value !== "number") return value;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
};

const sockets = [];
class SocketByHand {
  constructor(address) {
    this.number = sockets.push(this) - 1;
    say({ socket: this.number, address });
  }
  send(text) {
    say({ socket: this.number, sent: JSON.parse(text) });
  }
  close() {
    say({ socket: this.number, closed: true });
  }
}
let clock = 0;
const timers = new Map();
const later = (work, wait) => {
  const key = timers.size + 1;
  timers.set(key, { at: clock + wait, work });
  return key;
};
const pass = async (seconds) => {
  const end = clock + 1000 * seconds;
  for (;;) {
    const due = [...timers].filter(([, timer]) => timer.work && timer.at <= end);
    if (due.length === 0) break;
    const [key, timer] = due.reduce((a, b) => (b[1].at < a[1].at ? b : a));
    clock = timer.at;
    timers.set(key, {});
    timer.work();
    await null;
  }
  clock = end;
};

const associated = new Map();
const kept = new Map(token ? [["xlmargin token", token]] : []);
const world = {
  CustomFunctions: {
    associate: (name, called) => associated.set(name, called),
    Error: CustomFunctionsError,
    ErrorCode: { notAvailable: "#N/A" },
  },
  OfficeRuntime: { storage: { getItem: async (key) => kept.get(key) ?? null } },
  AbortController, console, fetch,
  WebSocket: byHand ? SocketByHand : globalThis.WebSocket,
  setTimeout: byHand ? later : setTimeout,
  clearTimeout: byHand ? (key) => timers.set(key, {}) : clearTimeout,
};
vm.runInNewContext(fs.readFileSync(code, "utf-8"), world);
say({ associated: [...associated.keys()] });

const invocations = new Map();
const obey = {
  call: async ({ id, call, given }) => {
    const invocation = {};
    invocations.set(id, invocation);
    say({ id, answer: bits(await associated.get(call)(...given, invocation)) });
  },
  live: ({ id, live }) => {
    const invocation = { setResult: (value) => say({ id, shown: bits(value) }) };
    invocations.set(id, invocation);
    associated.get("XLM_LIVE")(...live, invocation);
  },
  cancel: ({ cancel }) => invocations.get(cancel).onCanceled(),
  keep: ({ keep }) => kept.set("xlmargin token", keep),
  socket: ({ socket, tell, data }) => sockets[socket][`on${tell}`](data),
  pass: ({ pass: seconds }) => pass(seconds),
};
for await (const line of readline.createInterface({ input: process.stdin })) {
  const told = JSON.parse(line);
  const work = obey[Object.keys(obey).find((name) => name in told)](told);
  if (!("call" in told)) {
    await work;
    await new Promise(setImmediate);
    say({ done: true });
  }
}
process.exit(0);
