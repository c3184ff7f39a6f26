/** The desk's keyboard, selection, drawer, theme and clock. Works on markup that is usable without it. */

const $ = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/* Drawer: filled by htmx, closed by Escape; the focus returns to where it came from. */
let opener = null;

function openDrawer(drawer) {
  drawer.hidden = false;
  document.body.classList.add("drawer-open");
  drawer.scrollTop = 0;
  drawer.focus();
}

function closeDrawer() {
  const drawer = $("#drawer");
  if (!drawer || drawer.hidden) return false;
  drawer.hidden = true;
  drawer.replaceChildren();
  document.body.classList.remove("drawer-open");
  all("tr.is-open").forEach((row) => row.classList.remove("is-open"));
  if (opener?.isConnected) opener.focus();
  opener = null;
  return true;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target } = event.detail;
  if (target?.id !== "drawer" || target.contains(elt)) return;
  opener = elt.closest("[data-row]") ?? elt;
  all("tr.is-open").forEach((row) => row.classList.remove("is-open"));
  if (opener.matches("tr")) opener.classList.add("is-open");
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "drawer") openDrawer(event.detail.target);
});

/* Failures are said where people look, in the words the page brought along. */
function say(text) {
  const message = document.createElement("div");
  message.className = "message error";
  message.setAttribute("role", "alert");
  message.textContent = text;
  $("#messages")?.replaceChildren(message);
  message.scrollIntoView({ block: "nearest" });
}
document.addEventListener("htmx:sendError", () => say(document.body.dataset.offline));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) say(document.body.dataset.broken);
});

/* Selection: boxes named in the form, one bar that says what will happen to how many. */
const boxes = (form) => all("tbody .pick input[type=checkbox]", form);

function refreshBulk(form) {
  const bar = $("[data-bulkbar]", form);
  if (!bar) return;
  const picked = boxes(form).filter((box) => box.checked).length;
  bar.hidden = picked === 0;
  all("[data-count-label]", bar).forEach((element) => {
    element.textContent = element.dataset.countLabel.replace("{n}", picked.toLocaleString(document.documentElement.lang));
  });
  const every = $("thead .pick input", form);
  if (every) {
    every.checked = picked > 0 && picked === boxes(form).length;
    every.indeterminate = picked > 0 && !every.checked;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-bulk]");
  if (!form) return;
  if (event.target.closest("thead .pick")) boxes(form).forEach((box) => (box.checked = event.target.checked));
  refreshBulk(form);
});
document.addEventListener("htmx:afterSettle", () => all("form[data-bulk]").forEach(refreshBulk));

/* Rows: j and k move, x selects, a acts, Enter opens. A control with data-key is its own key, first of all. */
const rows = () => all("[data-row]").filter((row) => row.offsetParent !== null);

function move(step) {
  const list = rows();
  if (!list.length) return;
  const here = list.indexOf(document.activeElement?.closest("[data-row]"));
  const next = here < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(Math.max(here + step, 0), list.length - 1);
  list[next].focus();
  list[next].scrollIntoView({ block: "nearest" });
}

function pick() {
  const box = $(".pick input", document.activeElement?.closest("[data-row]") ?? document.createElement("div"));
  box?.click();
}

function act() {
  const bar = $("[data-bulkbar]:not([hidden])");
  $("select, input:not([type=hidden]), button", bar ?? document.createElement("div"))?.focus();
}

const KEYS = { j: () => move(1), k: () => move(-1), x: pick, a: act };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") {
    if (closeDrawer()) event.preventDefault();
    return;
  }
  if (event.target.matches("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
  if (event.key === "Enter" && event.target.matches("[data-row]:not([data-open])")) { // a link opens by itself
    $("[data-open]", event.target)?.click();
    event.preventDefault();
  } else if (/^[a-z0-9]$/.test(event.key) && $(`[data-key="${event.key}"]`)) {
    $(`[data-key="${event.key}"]`).click();
    event.preventDefault();
  } else if (KEYS[event.key]) {
    KEYS[event.key]();
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.closest("[data-drawer-close]")) closeDrawer();
  if (target.closest("[data-bulk-clear]")) {
    const form = target.closest("form[data-bulk]");
    boxes(form).forEach((box) => (box.checked = false));
    refreshBulk(form);
  }
  if (target.closest("[data-theme-switch]")) switchTheme(target.closest("[data-theme-switch]"));
  if (target.closest("[data-rail-more]")) unfoldRail(target.closest("[data-rail-more]"));
  if (target.closest("[data-print]")) window.print();
  const row = target.closest("tr[data-row]");
  if (row && !target.closest("a, button, input, select, label")) $("[data-open]", row)?.click();
});

/* Sentence filters answer at once. */
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-sentence]");
  if (form) form.requestSubmit();
});

/* Theme: a cookie, so that the server sends the right one and nothing flashes. */
function switchTheme(button) {
  const theme = document.documentElement.dataset.theme === "night" ? "day" : "night";
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  button.textContent = theme === "night" ? button.dataset.day : button.dataset.night;
}

function unfoldRail(button) {
  const open = button.closest(".rail").classList.toggle("rail-open");
  button.setAttribute("aria-expanded", String(open));
}

/* Clock: runs on from the server's instant, whatever the clock of this computer says. */
function runClock(clock) {
  const ahead = new Date(clock.getAttribute("datetime")).getTime() - performance.now();
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: clock.dataset.zone, month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  const show = () => {
    const part = Object.fromEntries(format.formatToParts(ahead + performance.now()).map((p) => [p.type, p.value]));
    clock.textContent = `${part.month}-${part.day} ${part.hour}:${part.minute}`;
  };
  setInterval(show, 1000);
}

all("time[data-clock]").forEach(runClock);
all("form[data-bulk]").forEach(refreshBulk);

/* What scrolls and holds nothing to step on can be scrolled by keyboard all the same. */
function reachable() {
  for (const box of all(".table-wrap, .scroll, .card")) {
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    const steps = all("a[href], button, input:not([type='hidden']), select, textarea, summary, [tabindex='0']", box);
    const stands = steps.some((one) => one.getClientRects().length > 0); // narrow screens leave columns out
    if (scrolls && !stands && getComputedStyle(box).overflowX !== "visible") box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
reachable();
for (const moment of ["resize", "htmx:afterSettle"]) addEventListener(moment, reachable);
