// @ts-check
/** Codes in words: the same words as at the desk. */
import { t } from "./t.js";

/** @param {Record<string, string>} table @param {string} code */
const say = (table, code) => table[code] ?? code;

/** @param {string} code */
export const kindWord = (code) => say({
  verify: t("verification"), investigate: t("case investigation"), follow_up: t("follow-up"), test: t("test"),
  resample: t("single resample"), recheck: t("recheck"), deliver: t("delivery"), answer: t("request"),
  transfer: t("transfer to quarantine"),
}, code);

/** @param {string} code */
export const stepWord = (code) => say({ call: t("call"), other_caller: t("another caller"), visit: t("visit") }, code);

/** @param {string} code */
export const outcomeWord = (code) => say({
  "": t("not tried yet"), reached_verified: t("reached, verified"), already_verified: t("verified already"),
  moved: t("moved away"), no_answer: t("no answer"), busy: t("busy"), wrong_number: t("wrong number"),
  refused: t("refuses"), needs_interpreter: t("needs an interpreter"), needs_help: t("needs help"), done: t("done"),
  absent: t("nobody there"), empty: t("empty"),
}, code);

/** State of an outcome, as everywhere. @param {string} code */
export const stateOf = (code) => ({
  reached_verified: "done", already_verified: "done", moved: "done", done: "done", empty: "done", refused: "refused",
  needs_help: "refused", needs_interpreter: "refused", no_answer: "absent", busy: "absent", wrong_number: "absent",
  absent: "absent",
})[code] ?? "open";

/** The glyph of a state. @param {string} state */
export const glyph = (state) => ({ done: "✓", absent: "○", refused: "!", late: "!", doing: "◐" })[state] ?? "";

/** @param {string} code */
export const needWord = (code) => say({
  medicine: t("medicine"), food: t("food"), water: t("water"), transport: t("transport"), dialysis: t("dialysis"),
  baby_food: t("baby food"), interpreter: t("an interpreter"), counselling: t("counselling"), care: t("somebody to look in"),
  family_letter: t("family letter"), other: t("something else"),
}, code);
export const NEEDS = ["medicine", "food", "water", "transport", "dialysis", "baby_food", "interpreter", "counselling", "care", "other"];

/** @param {string} code */
export const spokenWord = (code) => say({
  zh: t("Mandarin"), yue: t("Cantonese"), hak: t("Hakka"), nan: t("Teochew"), en: t("English"), sign: t("sign language"),
  other: t("another language"),
}, code);
export const SPOKEN = ["zh", "yue", "hak", "nan", "en", "sign", "other"];

/** The colour mark of a door after a mosquito survey. @param {string} code */
export const markWord = (code) => say({
  "": t("not looked into yet"), clear: t("no water"), water: t("water left"), larvae: t("larvae found"),
}, code);

/** @param {string} result */
export const resultWord = (result) => say({
  stored: t("has arrived"), duplicate: t("arrived before"), quarantined: t("arrived, waiting"),
  refused: t("not taken"), conflict: t("in conflict"),
}, result);

/** @param {string} name */
export const commandWord = (name) => say({
  record_visit: t("visit at a door"), record_attempt: t("call or visit"), begin_shift: t("shift begun"),
  end_shift: t("shift ended"), hand_over: t("hand-over"), take_over: t("hand-over taken"),
  retract_fact: t("taken back"), take_sample: t("sample"), scan_pass: t("pass scanned"),
  explain_untested: t("why not tested"), seal_tube: t("tube closed"), register_person: t("person registered"), record_household: t("household card"),
  survey_containers: t("containers looked into"), report_breeding_site: t("breeding site"),
  inspect_breeding_site: t("look at a breeding site"), keep_photograph: t("photograph"), add_building: t("building added"),
  add_doors: t("doors added"), check_in_place: t("check-in at a place"), count_tubes: t("tubes counted"),
  hand_over_tube: t("tube handed over"), report_queue: t("line reported"), open_exception: t("let through without papers"),
}, name);
