// The browser knows which clock the family lives by. A place that was chosen stays; without this file there is the list.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll("[data-zone]")) {
  if (!zone || field.value) continue;
  if (field.options && ![...field.options].some((option) => option.value === zone)) field.add(new Option(zone.replaceAll("_", " "), zone));
  field.value = zone;
}
