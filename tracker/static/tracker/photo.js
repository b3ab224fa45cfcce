// A photo of 12 megapixels becomes one of 400 kB before it is sent: a bad line at night. Without this file it is sent as it
// is. Drawn upright, and from its pixels alone; the site draws it once more (tracker/lib/pictures.py).

const LONGEST = 2000;
const AT_MOST = 400000;
const TRIES = [[2000, 0.85], [2000, 0.7], [1600, 0.7], [1200, 0.65], [1000, 0.6], [800, 0.5]];
const input = document.querySelector("[data-photo]");
const before = document.querySelector("[data-photo-before]");

const drawn = (picture, longest) => {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  before.width = Math.round(picture.width * scale);
  before.height = Math.round(picture.height * scale);
  const context = before.getContext("2d", { alpha: false });
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white";
  context.fillRect(0, 0, before.width, before.height);
  context.drawImage(picture, 0, 0, before.width, before.height);
};
const written = (quality) => new Promise((done) => before.toBlob(done, "image/jpeg", quality));

async function smaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    for (const [longest, quality] of TRIES) {
      drawn(picture, Math.min(longest, LONGEST));
      const jpeg = await written(quality);
      if (jpeg && jpeg.size <= AT_MOST) return new File([jpeg], "photo.jpg", { type: "image/jpeg" });
    }
    return null;
  } finally {
    picture.close();
  }
}

// What this browser cannot read goes as it is: the site says what is wrong with it.
async function prepare() {
  const [file] = input.files;
  before.hidden = true;
  if (!file) return;
  try {
    const small = await smaller(file);
    if (!small || input.files[0] !== file) return;
    const held = new DataTransfer();
    held.items.add(small);
    input.files = held.files;
    before.hidden = false;
  } catch {
    before.hidden = true;
  }
}

// Whoever is quicker than that is sent on as soon as it is done.
if (input && before && "createImageBitmap" in globalThis) {
  const button = input.form.querySelector("[data-busy]");
  const words = button.textContent;
  let busy = null;
  input.addEventListener("change", () => {
    const mine = prepare().finally(() => {
      if (busy === mine) busy = null;
      button.textContent = words;
    });
    busy = mine;
  });
  input.form.addEventListener("submit", (event) => {
    if (!busy) return;
    event.preventDefault();
    event.stopPropagation(); // app.js counts what is sent
    button.textContent = button.dataset.busy;
    busy.then(() => input.form.requestSubmit());
  });
}
