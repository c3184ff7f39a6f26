// @ts-check
/** A sheet typed in: each filled row becomes the commands a telephone would have sent, with the ids of the paper. */

const sheet = /** @type {HTMLFormElement} */ (document.getElementById("sheet"));
const sum = /** @type {HTMLElement} */ (document.getElementById("sum"));
const words = sheet.dataset;

/** @param {ParentNode} place @param {string} name */
const said = (place, name) => /** @type {HTMLInputElement | null} */ (place.querySelector(`[name="${name}"]`))?.value.trim() ?? "";

/** The commands of one row, none when nothing was written in it. @param {HTMLTableRowElement} row @param {string} at */
function commands(row, at) {
  const { record, person, resident, dwelling, seat } = row.dataset;
  if (words.form === "B") {
    const outcome = said(row, "outcome");
    const body = { dwelling, outcome, persons: Number(said(row, "persons") || 0) };
    return outcome ? [{ id: record, name: "record_visit", at, body }] : [];
  }
  if (words.form === "G") {
    const verdict = said(row, "verdict");
    return verdict ? [{ id: record, name: "scan_pass", at, body: { gate: words.place, verdict, reason: "paper" } }] : [];
  }
  const [name, document, phone] = ["name", "document", "phone"].map((one) => said(row, one));
  if (!name && !document && !phone) return [];
  const register = { id: person, name: "register_person", at, body: { id: resident, area: Number(words.area), name, document, phone } };
  const taken = /** @type {HTMLInputElement} */ (row.querySelector('[name="taken"]')).checked;
  const sample = { resident, code: said(sheet, "tube").toUpperCase(), site: words.place, pool_size: 10, seat: Number(seat) };
  return taken ? [register, { id: record, name: "take_sample", at, body: sample }] : [register];
}

/** What became of a row: the worst answer of its commands is said. @param {HTMLTableRowElement} row @param {any[]} answers */
function tell(row, answers) {
  const place = /** @type {HTMLElement} */ (row.querySelector(".said"));
  const worst = ["refused", "quarantined", "conflict", "stored", "duplicate"].find((one) => answers.some((answer) => answer.result === one));
  const why = answers.find((answer) => answer.result === worst)?.reason;
  const shape = { stored: "✓ ", duplicate: "✓ ", conflict: "! ", quarantined: "○ ", refused: "✕ " };
  place.textContent = worst ? shape[/** @type {keyof typeof shape} */ (worst)] + words[worst] + (why && worst !== "duplicate" && worst !== "stored" ? `: ${why}` : "") : "";
  place.dataset.result = worst ?? "";
}

async function save() {
  const at = `${said(sheet, "date")}T${said(sheet, "time")}:00${words.offset}`;
  const rows = /** @type {HTMLTableRowElement[]} */ ([...sheet.querySelectorAll("tr[data-record]")]);
  const told = rows.map((row) => commands(row, at));
  const all = told.flat();
  if (!all.length) return;
  if (all.some((one) => one.name === "take_sample") && !said(sheet, "tube")) { sum.textContent = words.tube ?? ""; return; }
  const batch = { batch: crypto.randomUUID(), incident: words.incident, sent_at: new Date().toISOString(), commands: all };
  try {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": said(sheet, "csrfmiddlewaretoken") };
    const answer = await fetch("/sync", { method: "POST", headers, body: JSON.stringify(batch) });
    if (!answer.ok) { sum.textContent = (await answer.json()).reason ?? words.offline; return; }
    const { answers } = await answer.json();
    rows.forEach((row, number) => tell(row, answers.filter((/** @type {any} */ one) => told[number].some((command) => command.id === one.id))));
    const good = rows.filter((row) => ["stored", "duplicate"].includes(/** @type {HTMLElement} */ (row.querySelector(".said")).dataset.result ?? ""));
    sum.textContent = `${good.length} ${words.done}`;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    sum.textContent = words.offline ?? "";
  }
}

sheet.addEventListener("submit", (event) => { event.preventDefault(); save(); });
sheet.addEventListener("keydown", (event) => {
  const from = /** @type {HTMLElement} */ (event.target);
  if (event.key !== "Enter" || !from.matches("input, select")) return;
  event.preventDefault();
  const fields = /** @type {HTMLElement[]} */ ([...sheet.querySelectorAll("input:not([type=hidden]), select, button")]);
  fields[fields.indexOf(from) + 1]?.focus();
});
