/** The cockpit's keyboard, script, notes of this tab and lease. The page works without it, by its buttons. */

const $ = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const KEEP = "calling-note:";
const HOLD_AFTER = 4 * 60_000;

/* A page about somebody is never shown again from memory: the server decides anew whether it may be seen. */
window.addEventListener("pagehide", () => $("[data-cockpit]")?.replaceChildren());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

/* Keys: one for each control that names one; letters only outside of fields. */
function controlOf(key) {
  return all("[data-press]").find((one) => one.dataset.press === key && !one.disabled);
}

function press(control) {
  const first = control.dataset.first && document.getElementById(control.dataset.first);
  if (first && document.activeElement !== first) {
    mark(control);
    first.focus();
    return;
  }
  control.focus();
  control.click();
}

function mark(button) {
  all(".outcome.is-next").forEach((one) => one.classList.remove("is-next"));
  button?.classList.add("is-next");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const field = event.target.closest("textarea, input:not([type=checkbox]), select");
  if (event.key === "Escape" && field) {
    field.blur();
    return;
  }
  const next = $(".outcome.is-next");
  if (event.key === "Enter" && next && event.target.matches("select")) {
    event.preventDefault();
    next.click();
    return;
  }
  if (field) return;
  const key = event.key.toLowerCase();
  if (key === "n" && $("#note")) {
    event.preventDefault();
    $("#note").focus();
    return;
  }
  if (key === "l" && script) {
    speak(LANGUAGES[(LANGUAGES.indexOf(spoken) + 1) % LANGUAGES.length]);
    return;
  }
  const control = $(`.script-step.is-here [data-branch="${CSS.escape(key)}"]`) ?? controlOf(key);
  if (!control) return;
  event.preventDefault();
  press(control);
});

/* Script: one step at a time, in one language. */
const script = $("[data-script]");
const walked = [];
const LANGUAGES = ["zh", "yue", "en"];
let spoken = "zh";

function show(code) {
  all(".script-step", script).forEach((step) => step.classList.toggle("is-here", step.dataset.step === code));
}

function speak(language) {
  spoken = language;
  all(".script-line", script).forEach((line) => line.classList.toggle("is-spoken", line.dataset.line === language));
  all("[data-speech]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.speech === language)));
}

if (script) {
  script.classList.add("is-live");
  const first = $(".script-step", script);
  if (first) {
    walked.push(first.dataset.step);
    show(first.dataset.step);
  }
  speak(script.dataset.spoken);
}

document.addEventListener("click", (event) => {
  const branch = event.target.closest("[data-branch]");
  if (branch?.dataset.to) {
    walked.push(branch.dataset.to);
    show(branch.dataset.to);
  } else if (branch?.dataset.ends) {
    const button = $(`.outcome[value="${branch.dataset.ends}"]`);
    mark(button);
    (button.dataset.first ? document.getElementById(button.dataset.first) : button).focus();
  }
  if (event.target.closest("[data-step-back]") && walked.length > 1) {
    walked.pop();
    show(walked.at(-1));
  }
  const speech = event.target.closest("[data-speech]");
  if (speech) speak(speech.dataset.speech);
  const copy = event.target.closest("[data-copy]");
  if (copy) copyOut(copy);
});

function copySelected(text) {
  const field = Object.assign(document.createElement("textarea"), { value: text });
  field.className = "only-read";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

async function copyOut(button) {
  const shown = button.firstChild;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch { // on a plain page of a local network there is no clipboard: copied as a selection
    if (!copySelected(button.dataset.copy)) return;
  }
  const before = shown.textContent;
  shown.textContent = `${$("[data-cockpit]").dataset.copied} `;
  setTimeout(() => (shown.textContent = before), 1500);
}

/* Notes live in this tab only, under their item, until the server has them. */
const form = $("[data-cockpit]");
const start = $("[data-take]");
if (start?.dataset.recorded) sessionStorage.removeItem(KEEP + start.dataset.recorded);

if (form) {
  const note = $("#note");
  const key = KEEP + form.dataset.cockpit;
  note.value = sessionStorage.getItem(key) ?? "";
  note.addEventListener("input", () => sessionStorage.setItem(key, note.value));
  form.addEventListener("submit", (event) => {
    const needed = event.submitter?.dataset.needs && document.getElementById(event.submitter.dataset.needs);
    if (needed && !needed.value) {
      event.preventDefault();
      mark(event.submitter);
      needed.focus();
      return;
    }
    all("button", form).forEach((one) => setTimeout(() => (one.disabled = true)));
  });
  keepLease(form);
}

/* Lease: kept while somebody works in the page, shown as it runs out. */
function keepLease(page) {
  let until = new Date(page.dataset.until).getTime();
  const clock = $("time[data-clock]");
  const ahead = clock ? new Date(clock.getAttribute("datetime")).getTime() - performance.now() : Date.now() - performance.now();
  const now = () => ahead + performance.now();
  let asked = now();
  let touched = 0;
  for (const kind of ["keydown", "pointerdown", "input"]) document.addEventListener(kind, () => (touched = now()));
  setInterval(async () => {
    const lease = $("[data-lease]");
    if (!lease) return;
    lease.classList.toggle("is-short", until - now() < 3 * 60_000);
    if (touched < asked || now() - asked < HOLD_AFTER) return;
    asked = now();
    const token = $("[name=csrfmiddlewaretoken]", page).value;
    const answer = await fetch("hold/", { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => null);
    if (answer?.status === 204) {
      until = now() + 20 * 60_000;
      lease.textContent = new Date(until).toLocaleTimeString("sv-SE", { hour: "2-digit", minute: "2-digit", timeZone: clock?.dataset.zone });
    }
  }, 10_000);
}
