// @ts-check
/** What this phone captured and where it is: saved, sent, arrived. And the ways out when there is no network. */
import { fill, h } from "../dom.js";
import * as outbox from "../outbox.js";
import { ways } from "../waysout.js";
import { done, phone, toast } from "../phone.js";
import { to } from "../routes.js";
import * as sync from "../sync.js";
import { t, when } from "../t.js";
import { commandWord, resultWord } from "../words.js";

export const title = () => t("Sent and unsent: did it arrive?");

/** @param {HTMLElement} place */
export async function show(place) {
  const device = phone()?.device ?? "";
  const draw = async () => {
    const [n, receipts, items] = [await outbox.count(device), await outbox.receipts(), await outbox.everything()];
    const said = new Map(receipts.map((one) => [one.id, one]));
    const deeds = new Map(done().map((one) => [one.id, one]));
    const problems = receipts.filter((one) => ["refused", "conflict", "quarantined"].includes(one.result));
    fill(place,
      h("dl", { class: "figures" },
        figure(t("unsent"), n.unsent, n.unsent ? "absent" : "done"),
        figure(t("has arrived"), receipts.length - problems.filter((one) => one.result !== "quarantined").length, "done"),
        figure(t("need a look"), problems.length, problems.length ? "refused" : "open")),
      h("p", { class: "note" }, t("This phone made {made} records. The command post can see if one is missing.", { made: n.made }),
        n.oldest ? ` ${t("The oldest unsent one is from {time}.", { time: when(n.oldest) })}` : ""),
      h("div", { class: "ways" },
        h("button", { type: "button", class: "key key-main", onclick: () => sync.run() }, t("Send now")),
        ways(device),
        h("a", { class: "key", href: to("carry") }, t("Take another phone's records along")),
        h("button", { type: "button", class: "key", onclick: async () => { await outbox.sendAgain(); sync.soon(0); toast(t("Everything is sent again; nothing counts twice.")); draw(); } }, t("Send all again"))),
      problems.length ? h("h2", {}, t("Need a look")) : null,
      h("ul", { class: "rows" }, problems.map((one) => h("li", { class: `row state-${one.result === "quarantined" ? "doing" : "refused"}` },
        h("b", {}, commandWord(deeds.get(one.id)?.name ?? ""), " ", resultWord(one.result)), h("span", { class: "detail" }, one.reason || one.code)))),
      h("h2", {}, t("Latest")),
      h("ul", { class: "rows" }, items.slice(-50).reverse().map((one) => h("li", { class: "row" },
        h("span", {}, when(one.made), " ", commandWord(deeds.get(one.id)?.name ?? t("record"))),
        h("span", { class: `chip chip-${said.has(one.id) ? "done" : "absent"}` }, said.has(one.id) ? resultWord(said.get(one.id)?.result ?? "") : t("saved, unsent"))))));
  };
  await draw();
  sync.listeners.add(draw);
  return () => sync.listeners.delete(draw);
}

/** @param {string} words @param {number} value @param {string} state */
const figure = (words, value, state) => h("div", { class: `figure state-${state}` }, h("dt", {}, words), h("dd", {}, value));
