// The functions of xlmargin in Excel. ADDRESS, where the service is, and FUNCTIONS, the arguments
// of each function by its name, stand above. What is refused is shown as the text of a cell.
"use strict";

const TOKEN = "xlmargin token";
const TRIES = 5;
const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
const notAvailable = (says) =>
  new CustomFunctions.Error(CustomFunctions.ErrorCode.notAvailable, says);

// --- A question and its answer ------------------------------------------------------------------

// Errors, and numbers that Excel formats, come as objects; the service takes what they show.
const sent = (cell) =>
  cell !== null && typeof cell === "object" ? (cell.basicValue ?? cell.code ?? "#VALUE!") : cell;
const shown = (cell) => (cell === "#N/A" ? notAvailable() : cell);

async function answer(name, given, invocation) {
  const canceled = new AbortController();
  invocation.onCanceled = () => canceled.abort();
  const token = await OfficeRuntime.storage.getItem(TOKEN);
  if (!token) return "#XLM! no token: open the pane xlmargin token, on the tab Formulas.";
  const named = FUNCTIONS[name]
    .map((argument, i) => [argument, given[i]])
    .filter(([, rows]) => rows !== null && rows !== undefined)
    .map(([argument, rows]) => [argument, rows.map((row) => row.map(sent))]);
  const asked = {
    method: "POST",
    signal: canceled.signal,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(Object.fromEntries(named)),
  };
  for (let left = TRIES; ; left--) {
    const reply = await fetch(`${ADDRESS}/v1/functions/${name}`, asked);
    const isBusy = reply.status === 429 || reply.status === 503;
    if (isBusy && left > 1) {
      await pause(Number(reply.headers.get("Retry-After")) || 1);
      continue;
    }
    if (reply.ok) return (await reply.json()).answer;
    const { detail } = await reply.json().catch(() => ({ detail: `status ${reply.status}.` }));
    return detail.startsWith("#XLM!") ? detail : `#XLM! ${detail}`;
  }
}

async function asCells(name, given, invocation) {
  let found;
  try {
    found = await answer(name, given, invocation);
  } catch (error) {
    found = `#XLM! no answer from ${ADDRESS}: wanted xlmargin serve --office there (${error.name}).`;
  }
  return (Array.isArray(found) ? found : [[found]]).map((row) => row.map(shown));
}

for (const name of Object.keys(FUNCTIONS))
  CustomFunctions.associate(name, (...given) => asCells(name, given, given.pop()));
