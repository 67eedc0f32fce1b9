
// --- XLM_LIVE: one socket for all cells ---------------------------------------------------------

// Figures are shown while the stream is live alone: after a break nobody knows whether they hold.
const SILENCE = 40; // seconds without a word; the service speaks every 15
const GRACE = 5; // seconds that a break may last before cells say so
const LONGEST = 30; // seconds between two tries
const REFUSED = [4400, 4401, 4429]; // closed for a reason that is given

const NO_ACCOUNT = notAvailable("no such account");
const NO_FIGURE = notAvailable("no such figure, or not known");

const cells = new Set();
const states = new Map(); // the last state of each account
const stream = { socket: null, journal: null, last: null, isLive: false, says: null, wait: 0.5 };

function figureOf(cell) {
  if (!stream.isLive) return stream.says;
  const state = states.get(cell.account);
  if (state === undefined) return NO_ACCOUNT;
  if (state.stale) return state.problem;
  const found = cell.path.reduce(
    (inner, name) => (Object.hasOwn(Object(inner), name) ? inner[name] : null), state);
  return typeof found === "object" ? NO_FIGURE : found;
}

function show(cell) {
  const now = figureOf(cell);
  if (now === null || now === cell.shown) return;
  cell.shown = now;
  cell.invocation.setResult(now);
}

const showAll = () => cells.forEach(show);

function received(socket, event) {
  const [journal] = event.id.split("-");
  if (journal !== (stream.journal ?? journal)) return forget(socket); // its numbers are not ours
  const sequence = Number(event.sequence);
  if (event.type === "org.xlmargin.reset.v1") {
    states.clear();
    stream.last = sequence;
  }
  Object.assign(stream, { journal, last: Math.max(stream.last ?? 0, sequence) });
  if (event.type === "org.xlmargin.account.state.v1") states.set(event.subject, event.data);
  if (event.type === "org.xlmargin.account.gone.v1") states.delete(event.subject);
  if (event.type === "org.xlmargin.live")
    Object.assign(stream, { isLive: true, says: null, wait: 0.5 });
  showAll();
}

function forget(socket) {
  states.clear();
  Object.assign(stream, { journal: null, last: null });
  broken(socket);
}

function broken(socket, says) {
  if (stream.socket !== socket) return; // some runtimes tell of an error, some of a close, some of both
  clearTimeout(stream.silence);
  Object.assign(stream, { socket: null, isLive: false });
  socket.close();
  if (cells.size === 0) return;
  const since = new Date().toISOString().slice(11, 19);
  setTimeout(() => {
    if (stream.isLive) return;
    if (says !== undefined) stream.says = `#XLM! refused by ${ADDRESS}: ${says}.`;
    stream.says ??= `#XLM! no figures from ${ADDRESS} since ${since} UTC.`;
    showAll();
  }, 1000 * GRACE);
  setTimeout(() => cells.size > 0 && open(), 1000 * stream.wait);
  stream.wait = Math.min(2 * stream.wait, LONGEST);
}

function open() {
  if (stream.socket !== null) return;
  const socket = new WebSocket(`${ADDRESS.replace(/^http/, "ws")}/v1/stream`);
  const listen = () => {
    clearTimeout(stream.silence);
    stream.silence = setTimeout(() => broken(socket), 1000 * SILENCE);
  };
  stream.socket = socket;
  listen();
  socket.onopen = async () => {
    const token = (await OfficeRuntime.storage.getItem(TOKEN)) ?? "";
    const after = stream.last === null ? {} : { after: stream.last };
    if (stream.socket === socket) socket.send(JSON.stringify({ token, types: ["state"], ...after }));
  };
  socket.onmessage = ({ data }) => {
    if (stream.socket !== socket) return;
    listen();
    received(socket, JSON.parse(data));
  };
  socket.onerror = () => broken(socket);
  socket.onclose = ({ code, reason }) => broken(socket, REFUSED.includes(code) ? reason : undefined);
}

CustomFunctions.associate("XLM_LIVE", (account, figure, invocation) => {
  const cell = { account, path: figure.split("."), invocation };
  cells.add(cell);
  invocation.onCanceled = () => {
    cells.delete(cell);
    if (cells.size === 0 && stream.socket !== null) broken(stream.socket);
  };
  open();
  show(cell);
});
