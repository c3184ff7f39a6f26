// @ts-check
/** Somebody without a code, entered by hand. */
import { newId } from "./bytes.js";
import { fill, h, sheet } from "./dom.js";
import { isMinor, meaning } from "./line.js";
import { me, now, record, signal } from "./phone.js";
import { t } from "./t.js";
import { words } from "./tube.js";

/** A field with its name. @param {string} id @param {string} words @param {number} most */
function field(id, words, most) {
  const input = /** @type {HTMLInputElement} */ (h("input", { id, maxlength: most, autocomplete: "off" }));
  return { said: () => input.value.trim(), input, part: [h("label", { for: id }, words), input] };
}

/** @param {string} typed @returns {{document: string, phone: string, wrong: string}} */
function numberOf(typed) {
  const value = typed.replace(/\s/g, "").toUpperCase();
  const kind = value ? meaning(value).kind : "";
  const wrong = kind === "misread" ? words("misread") : value && kind !== "document" && kind !== "phone"
    ? t("This is no identity number and no mobile number.") : "";
  return { document: kind === "document" ? value : "", phone: kind === "phone" ? value : "", wrong };
}

/**
 * Somebody without a code; a child on a parent's entry; somebody under age whose guardian is not here.
 * @param {any} last who sat down before @param {(who: any) => Promise<void>} seat
 */
export function walkIn(last, seat) {
  const name = field("w-name", t("Name"), 80), number = field("w-number", t("Identity number or mobile number"), 20);
  const guardian = field("w-guardian", t("Guardian's name"), 80), reach = field("w-reach", t("Guardian's mobile number"), 20);
  const choice = (/** @type {string} */ value, /** @type {string} */ text) => h("label", { class: "choice" },
    h("input", { type: "radio", name: "minor", value, checked: value === "no", onchange: () => { apart.hidden = minor() !== "guardian"; } }), h("span", {}, text));
  const form = /** @type {HTMLFormElement} */ (h("form", {}));
  const minor = () => String(new FormData(form).get("minor") ?? "no");
  const apart = h("div", { class: "more", hidden: true }, guardian.part, reach.part);
  const alert = h("p", { role: "alert", class: "said" });
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const mine = numberOf(number.said()), theirs = numberOf(reach.said());
    const how = minor();
    alert.textContent = !name.said() && !number.said() ? t("A name or a number, please.") : mine.wrong
      || (how === "guardian" && (!guardian.said() || !theirs.phone) ? t("Name and mobile number of the guardian, please.") : "")
      || (how === "no" && isMinor(mine.document, now()) ? t("Under 18: who is the guardian? Choose below.") : "");
    if (alert.textContent) { signal("bad"); return; }
    shut.close();
    await sit({ name: name.said(), ...mine }, how, { name: guardian.said(), phone: theirs.phone })
      .catch((error) => console.error(error)); // `record` has said so
  };
  const sit = async (/** @type {any} */ who, /** @type {string} */ how, /** @type {any} */ theirs) => {
    const resident = newId(now());
    let household = how === "child" ? last.resident : null;
    if (how === "guardian") {
      household = newId(now());
      await record("register_person", { id: household, area: me().area_code, ...theirs }, { quiet: true });
    }
    const register = { name: who.name, document: who.document, phone: who.phone, ...(household ? { household } : {}) };
    const key = who.document || (how === "no" ? who.phone : "") || resident; // a child may bring a parent's number
    await seat({ resident, register, key, name: who.name || t("ends in {tail}", { tail: key.slice(-4) }) });
  };
  form.addEventListener("submit", send);
  fill(form, name.part, number.part,
    h("fieldset", {}, h("legend", {}, t("Under age")), choice("no", t("of age")), last ? choice("child", t("A child of the person before")) : null, choice("guardian", t("Guardian is not here"))),
    apart, alert,
    h("button", { type: "submit", class: "key key-main", id: "w-save" }, t("Sit down in the tube")),
    h("button", { type: "button", class: "key", onclick: () => shut.close() }, t("Close")));
  const shut = sheet(t("Somebody without a code"), [form]);
  name.input.focus();
}
