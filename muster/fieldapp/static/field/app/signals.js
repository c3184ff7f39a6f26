// @ts-check
/** Sound, vibration, and a screen that stays on. A state is always also a word and a shape. */

/** @type {AudioContext | null} */
let audio = null;
const TONES = {
  good: [[880, 0.09]],
  next: [[660, 0.35]],
  bad: [[330, 0.18], [220, 0.3]],
};
const SHAKES = { good: [40], next: [120], bad: [120, 60, 240] };

export const isOn = () => localStorage.getItem("sounds") !== "off";

/** Browsers allow sound after the first touch. */
export function wake() {
  audio ??= "AudioContext" in window ? new AudioContext() : null;
  if (audio?.state === "suspended") audio.resume();
}

/** @param {"good" | "next" | "bad"} kind */
export function signal(kind) {
  if (!isOn()) return;
  navigator.vibrate?.(SHAKES[kind]);
  if (!audio || audio.state !== "running") return;
  let at = audio.currentTime;
  for (const [pitch, length] of TONES[kind]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.3, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + length);
    at += length;
  }
}

/** Keep the screen on while a screen is open, again when somebody comes back to it; returns what lets go. */
export async function stayAwake() {
  /** @type {WakeLockSentinel | null | undefined} */
  let lock = null;
  const hold = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      lock = await navigator.wakeLock?.request("screen");
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  };
  document.addEventListener("visibilitychange", hold);
  await hold();
  return () => { document.removeEventListener("visibilitychange", hold); lock?.release(); };
}
