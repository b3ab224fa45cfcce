// "Read aloud": the phone's own voice says the heading, the number to call and what to do. Nothing leaves the phone: a voice
// that asks a server is not used. Where there is no voice for the page's language, the button stays hidden.

const button = document.querySelector("[data-aloud]");
const language = document.documentElement.lang;
const PARTS = { answer: "[data-say]", questions: ".page-head, fieldset.chips" };
const PIECES = ".care-title, h1, h2, h3, p, li, legend, label, a.reach";
const SILENT = "svg, details, .visually-hidden, .badge, .back, .btn, [hidden], h1 ~ .care-summary"; // what was entered is known
const base = (code) => code.toLowerCase().split(/[-_]/)[0];
const sameLanguage = (code) => base(code) === base(language);
const isOwn = (one) => one.localService && sameLanguage(one.lang) && !/network/i.test(one.voiceURI);
const voice = () => {
  const own = speechSynthesis.getVoices().filter(isOwn);
  return own.find((one) => one.default) ?? own[0];
};

// A number is read digit by digit, group after group: 555 0142 is no amount.
const digits = (text) => text.replace(/(?<=\p{Nd}) (?=\p{Nd})/gu, ", ").replace(/\p{Nd}(?=\p{Nd})/gu, "$& ");

const words = (part) => {
  const copy = part.cloneNode(true);
  const foreign = [...copy.querySelectorAll("[lang]")].filter((one) => !sameLanguage(one.lang));
  for (const one of [...copy.querySelectorAll(SILENT), ...foreign]) one.remove();
  for (const one of copy.querySelectorAll("br")) one.replaceWith(". ");
  return copy.textContent.replace(/[\u200e\u200f\u2066-\u2069]/g, "").replace(/\s+/g, " ").trim();
};
const pieces = (found) => found.filter(Boolean).map((one) => (one.matches("b, a") ? digits(words(one)) : words(one))).join(", ");
const reach = (link) => pieces(["span", "b", "small"].map((part) => link.querySelector(part)));
const callBar = () => pieces([...document.querySelectorAll(".call-bar p > :not(.call-button)")]);

// In the order of the page. Every page that is read says whom to call, right after its heading if it does not by itself.
const spoken = () => {
  const parts = [...document.querySelectorAll(PARTS[button.dataset.aloud])].flatMap((part) => [...part.querySelectorAll(PIECES)]);
  const heard = parts.filter((one) => !one.closest(SILENT) && (one.checkVisibility?.() ?? true));
  const told = heard.map((one) => (one.matches(".reach") ? reach(one) : words(one)));
  if (!heard.some((one) => one.matches(".reach"))) told.splice(1, 0, callBar());
  return told.filter(Boolean);
};

let reading = 0; // which press is being read
const show = (isReading) => {
  button.querySelector("span").textContent = isReading ? button.dataset.stop : button.dataset.start;
};
const stop = () => {
  reading += 1;
  speechSynthesis.cancel();
  show(false);
};
const begin = () => {
  stop();
  const [own, mine, texts] = [voice(), reading, spoken()];
  const utterances = texts.map((text) => Object.assign(new SpeechSynthesisUtterance(text), { voice: own, lang: own.lang }));
  const over = () => mine === reading && stop();
  for (const one of utterances) one.onerror = over;
  utterances.at(-1).onend = over;
  button.utterances = utterances; // held: some browsers let go of what they have still to say
  show(true);
  for (const one of utterances) speechSynthesis.speak(one);
};

const look = () => {
  button.hidden = !voice();
};
if (button && "speechSynthesis" in globalThis) {
  look();
  speechSynthesis.addEventListener?.("voiceschanged", look);
  button.addEventListener("click", () => (button.querySelector("span").textContent === button.dataset.stop ? stop() : begin()));
  // Whoever calls is to hear the one who answers, and nothing speaks from a pocket.
  document.addEventListener("click", ({ target }) => target.closest?.('a[href^="tel:"]') && stop());
  document.addEventListener("visibilitychange", () => document.hidden && stop());
  addEventListener("pagehide", stop);
}
