// Asks for the token once, keeps it where Excel keeps what belongs to an add-in, and says whether
// the service knows it. The page has the functions too: Excel runs both in one.
"use strict";

const element = (id) => document.getElementById(id);
const say = (text) => (element("says").textContent = text);

async function look() {
  const token = await OfficeRuntime.storage.getItem(TOKEN);
  if (!token) return say("No token is kept. The service prints one as it starts.");
  const headers = { Authorization: `Bearer ${token}` };
  const reply = await fetch(`${ADDRESS}/v1/version`, { headers }).catch(() => null);
  if (reply === null) return say(`No answer from ${ADDRESS}.`);
  const told = await reply.json();
  return say(reply.ok ? `xlmargin ${told.version} answers at ${ADDRESS}.` : told.detail);
}

async function keep(token) {
  if (token) await OfficeRuntime.storage.setItem(TOKEN, token);
  else await OfficeRuntime.storage.removeItem(TOKEN);
  element("token").value = "";
  await look();
  // Cells that said that there is no token, or that it is not known, ask again.
  await Excel.run(async (context) => {
    context.workbook.application.calculate(Excel.CalculationType.full);
    await context.sync();
  });
}

Office.onReady(() => {
  element("form").addEventListener("submit", (event) => {
    event.preventDefault();
    keep(element("token").value.trim());
  });
  element("forget").addEventListener("click", () => keep(""));
  look();
});
