// Whom to call, on the page that opens without a network; and "I have called" and "Given", written down here.

import { element } from "./answer.js";
import { typedIn, write } from "./entry.js";
import { standingAt } from "./report.js";

const ADVICE = /^(?!none$|$)/;

// The numbers of this hour, of each child that this phone knows.
export async function fillNumbers(place) {
  const pocket = await store.get("pocket");
  const template = document.getElementById("whom");
  place.replaceChildren(...(pocket?.children ?? []).map((child) => {
    const part = template.content.cloneNode(true);
    const number = standingAt(child.numbers, serverNow());
    part.querySelector("h2").textContent = `${child.name}: ${number.label}`;
    const link = part.querySelector("[data-number]");
    link.href = number.link;
    link.querySelector("b").textContent = number.shown;
    link.querySelector("small").textContent = number.hours;
    const emergency = child.emergency ? [child.emergency] : ["112", "911"].map((digits) => ({ shown: digits, link: `tel:${digits}` }));
    part.querySelector("[data-emergency]").append(...emergency.flatMap((one) => [element("a", { href: one.link }, one.shown), " "]));
    part.querySelector("[data-log]").href = `/children/${child.id}/logs/new/`;
    part.querySelector("[data-card]").href = `/children/${child.id}/card/`;
    return part;
  }));
  if (place.children.length) place.previousElementSibling.hidden = true;
}

// Under an answer of this phone. The form is that of the page that every phone keeps.
export async function standCall(place, { pocket, id, child }) {
  const page = new DOMParser().parseFromString(await (await fetch("/call/")).text(), "text/html");
  const part = document.importNode(page.getElementById("called-alone").content, true);
  const form = part.querySelector("form");
  const [complaint, kept] = part.querySelectorAll("[data-say]");
  form.elements.client_uuid.value = crypto.randomUUID();
  form.elements.called_at.value = clockAt(serverNow(), { timeZone: child?.zone });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = typedIn(form);
    const told = Object.fromEntries(fields);
    const isWhole = told.reached === "no" || (told.reached === "yes" && told.advice);
    complaint.hidden = Boolean(isWhole);
    complaint.textContent = complaint.dataset.say;
    if (!isWhole) return;
    const at = serverNow();
    const joins = told.reached === "yes" && ADVICE.test(told.advice) ? [{ at, advised: true }] : [];
    try {
      await write({ pocket, child: id, kind: "call", fields, number: told.client_uuid, at, joins });
      kept.textContent = kept.dataset.say.replace("{time}", clockAt(at, {}));
      form.closest("details").hidden = true;
      kept.hidden = false;
    } catch {
      complaint.textContent = complaint.dataset.full;
      complaint.hidden = false;
    }
    document.dispatchEvent(new Event("unsent"));
  });
  place.append(part);
}

// A dose that was given where nothing can be sent. It hides a fever from the next answer here, too.
export async function standDoses() {
  const pocket = await store.get("pocket");
  if (!pocket) return;
  for (const form of document.querySelectorAll("form.dose-form")) {
    const [, id, medicine] = new URL(form.action).pathname.match(/^\/children\/([^/]+)\/doses\/([^/]+)\//) ?? [];
    form.addEventListener("submit", async (event) => {
      if (!medicine || navigator.onLine) return;
      event.preventDefault();
      await giveDose(form, event.submitter, { pocket, id, medicine });
    });
  }
}

async function giveDose(form, button, { pocket, id, medicine }) {
  const child = pocket.children.find((one) => one.id === id);
  const known = child?.drugs[medicine];
  const at = serverNow();
  const fields = typedIn(form, button);
  const picked = Date.parse(form.elements.given_at.value);
  const given = button?.value === "picked" && !Number.isNaN(picked) ? picked : at;
  const joins = known?.lowers_fever ? [{ at: given, medicine: known.name }] : [];
  const said = element("p", { class: "alert", role: "status" });
  try {
    await write({ pocket, child: id, kind: "dose", fields, number: form.elements.client_uuid.value, at, medicine, joins });
    said.textContent = form.dataset.kept.replace("{time}", clockAt(given, {}));
    form.replaceWith(said);
  } catch {
    said.textContent = form.dataset.notKept;
    form.append(said);
  }
  document.dispatchEvent(new Event("unsent"));
}
