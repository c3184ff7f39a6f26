// @ts-check
/** Elements without a framework: h("button", {class: "big", onclick: f}, "text", child). */

/**
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `on…` are listeners (a click or submit still at work is not begun again), `true` an empty attribute, null and false none
 * @param {...any} children nodes, texts, lists of them; null and false are left out
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "onclick" || name === "onsubmit") element.addEventListener(name.slice(2), once(value));
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") /** @type {any} */ (element).value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

/** Two quick taps are one: what they begin is recorded once, also while a slow phone is at it. @param {(event: Event) => any} act */
function once(act) {
  let atWork = false;
  return (/** @type {Event} */ event) => {
    if (atWork) { event.preventDefault(); return; }
    const going = act(event);
    if (going instanceof Promise) {
      atWork = true;
      going.finally(() => { atWork = false; });
    }
  };
}

/** @param {Node} parent @param {any[]} children */
function add(parent, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(parent, child);
    else parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Replace what is in an element. @param {Element} place @param {...any} children */
export function fill(place, ...children) {
  place.replaceChildren();
  add(place, children);
}

/**
 * A sheet from the bottom with big choices; closes on a choice, on Escape and on the ground behind it.
 * @param {string} title @param {any[]} content @returns {{sheet: HTMLDialogElement, close: () => void}}
 */
export function sheet(title, content) {
  const dialog = /** @type {HTMLDialogElement} */ (
    h("dialog", { class: "sheet", "aria-label": title }, h("h2", {}, title), content)
  );
  const close = () => { dialog.close(); dialog.remove(); };
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) close(); });
  document.body.append(dialog);
  dialog.showModal();
  return { sheet: dialog, close };
}

/** Call `act` when an element is held for half a second; a tap stays a tap. @param {HTMLElement} element @param {() => void} act */
export function onHold(element, act) {
  let timer = 0;
  const stop = () => { clearTimeout(timer); timer = 0; };
  element.addEventListener("pointerdown", () => { stop(); timer = window.setTimeout(() => { timer = 0; act(); }, 500); });
  for (const end of ["pointerup", "pointerleave", "pointercancel"]) element.addEventListener(end, stop);
  element.addEventListener("contextmenu", (event) => { event.preventDefault(); stop(); act(); });
}

/** The look of some screens, loaded with the first of them. @param {string} name */
export function wear(name) {
  const address = new URL(`../look/${name}.css`, import.meta.url).href;
  if ([...document.styleSheets].some((one) => one.href === address)) return;
  document.head.append(h("link", { rel: "stylesheet", href: address }));
}
