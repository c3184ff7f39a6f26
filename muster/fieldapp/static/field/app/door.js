// @ts-check
/** Before one is in: joining with a code, choosing a PIN, unlocking. */
import { h } from "./dom.js";
import * as identity from "./identity.js";
import * as outbox from "./outbox.js";
import * as pack from "./pack.js";
import { setPerson, setPhone, signal } from "./phone.js";
import { isFull } from "./store.js";
import { t } from "./t.js";
import { ways } from "./waysout.js";

const LEAST = 4;
/** @type {() => void} */
let joined = () => {};
/** @param {() => void} act */
export const onJoined = (act) => { joined = act; };

/** @typedef {{title: string, content: any[], focus?: () => void}} Part */

/** The door that stands closed now. @param {identity.Phone | null} found @param {() => Promise<void>} again @returns {Promise<Part>} */
export async function part(found, again) {
  if (!found || found.locked || location.hash.startsWith("#join=")) return joining(found, again);
  const persons = await identity.persons();
  if (!persons.length) return choosing(found, again);
  return unlocking(persons, again, await leaving(found));
}

/** What the phone's storage refused, in words. @param {DOMException} error */
const trouble = (error) => isFull(error) ? t("The phone's storage is full. Free space, then try again.")
  : t("This phone cannot reach its storage now. Free space and start the app anew; its records are not removed.");

/** The storage did not open: nothing can be shown but that. @param {() => Promise<void>} again @param {DOMException} error @returns {Part} */
export const broken = (again, error) => ({
  title: t("This phone cannot work now"),
  content: [
    h("p", { role: "alert", class: "said" }, trouble(error)),
    h("button", { type: "button", class: "key key-main", onclick: again }, t("Try again")),
  ],
});

/** What is unsent, and how it leaves without a network: sealed, so whoever stands here may hand it over. @param {identity.Phone | null} found */
async function leaving(found) {
  const { unsent } = found ? await outbox.count(found.device).catch(() => ({ unsent: 0 })) : { unsent: 0 };
  return !found || !unsent ? null : h("section", { class: "sheet-card", id: "leaving" },
    h("p", {}, t("Safe on this phone and being sent: {n} records.", { n: unsent })),
    h("div", { class: "ways" }, ways(found.device)));
}

/** @param {identity.Phone | null} found @param {() => Promise<void>} again @returns {Promise<Part>} */
async function joining(found, again) {
  const given = location.hash.startsWith("#join=") ? decodeURIComponent(location.hash.slice(6)) : "";
  const said = h("p", { role: "alert", class: "said" });
  const code = /** @type {HTMLInputElement} */ (h("input", {
    id: "code", name: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", required: true,
    value: given, class: "code", inputmode: "text",
  }));
  const send = async () => {
    said.textContent = t("Asking the server…");
    try {
      setPhone(await identity.join(code.value));
      history.replaceState(null, "", location.pathname);
      joined();
      await again();
    } catch (error) {
      signal("bad");
      said.textContent = error instanceof identity.Refused ? error.message : isFull(error) ? trouble(/** @type {DOMException} */ (error))
        : t("The server does not answer. Find a network and try again; the code stays good for ten minutes.");
    }
  };
  return {
    title: t("Join with this phone"),
    content: [
      h("p", {}, found?.locked ? t("What could be read on this phone was removed. Ask the command post for a new code.")
        : t("The command post shows a code on its screen. Scan it with the camera, or type it here.")),
      h("form", { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); send(); } },
        h("label", { for: "code" }, t("Enrolment code")), code, said,
        h("button", { class: "key key-main", type: "submit" }, t("Join"))),
      await leaving(found),
    ],
    focus: () => code.focus(),
  };
}

/** A field for a PIN. @param {string} id @param {string} label */
function pinField(id, label) {
  const field = /** @type {HTMLInputElement} */ (h("input", {
    id, type: "password", inputmode: "numeric", autocomplete: "off", minlength: LEAST, maxlength: 12, required: true, class: "pin",
  }));
  return { field, part: [h("label", { for: id }, label), field] };
}

/** A form that asks for a new PIN twice. @param {string} button @param {(pin: string) => Promise<void>} act */
export function pinForm(button, act) {
  const one = pinField("pin", t("PIN, at least 4 digits"));
  const two = pinField("pin-again", t("The same again"));
  const said = h("p", { role: "alert", class: "said" });
  const form = h("form", {
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (one.field.value !== two.field.value) { said.textContent = t("The two are not the same."); return; }
      if (one.field.value.length < LEAST) { said.textContent = t("At least 4 digits."); return; }
      said.textContent = t("One moment…");
      try {
        await act(one.field.value);
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
        said.textContent = trouble(error);
      }
    },
  }, one.part, two.part, said, h("button", { class: "key key-main", type: "submit" }, button));
  return { form, focus: () => one.field.focus() };
}

/** @param {identity.Phone} found @param {() => Promise<void>} again @returns {Part} */
function choosing(found, again) {
  const asked = pinForm(t("Set this PIN"), async (pin) => {
    const key = pack.newKey();
    await identity.addPerson(found.person, found.name, pin, key);
    await pack.wipe();
    await pack.unlock(key);
    setPerson({ id: found.person, name: found.name });
    location.hash = "#/shift";
    joined();
    await again();
  });
  return {
    title: t("Choose your PIN"),
    content: [
      h("p", {}, t("{name}, this phone belongs to you for now. The PIN protects what can be read on it. Records need no PIN: they are sealed.", { name: found.name })),
      asked.form,
    ],
    focus: asked.focus,
  };
}

/** @param {identity.Person[]} persons @param {() => Promise<void>} again @param {HTMLElement | null} ways @returns {Part} */
function unlocking(persons, again, ways) {
  const last = localStorage.getItem("last-person");
  const pin = pinField("pin", t("PIN"));
  const said = h("p", { role: "alert", class: "said" });
  const choices = persons.map((one, number) => h("label", { class: "choice" },
    h("input", { type: "radio", name: "who", value: one.id, checked: last ? one.id === last : number === 0 }), h("span", {}, one.name)));
  const send = async () => {
    const form = /** @type {HTMLFormElement} */ (document.getElementById("unlock"));
    const id = String(new FormData(form).get("who") ?? persons[0].id);
    said.textContent = t("One moment…");
    const { key, left } = await identity.unlock(id, pin.field.value);
    if (key) {
      const who = persons.find((one) => one.id === id);
      localStorage.setItem("last-person", id);
      await pack.unlock(key);
      setPerson({ id, name: who?.name ?? "" });
      joined();
      await again();
      return;
    }
    signal("bad");
    pin.field.value = "";
    if (left > 0) { said.textContent = t("Wrong PIN. {n} tries left, then what can be read here is removed.", { n: left }); return; }
    await pack.wipe();
    await identity.lockOut();
    setPhone((await identity.phone()) ?? null);
    await again();
  };
  return {
    title: t("Who works with this phone?"),
    content: [
      h("form", { id: "unlock", onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        try {
          await send();
        } catch (error) {
          if (!(error instanceof DOMException)) throw error;
          said.textContent = trouble(error);
        }
      } },
        h("fieldset", {}, h("legend", {}, t("Person")), choices), pin.part, said,
        h("button", { class: "key key-main", type: "submit" }, t("Unlock"))),
      ways ?? h("p", { class: "note" }, t("Unsent records go on being sent while the phone is locked.")),
    ],
    focus: () => pin.field.focus(),
  };
}
