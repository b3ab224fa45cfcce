// Seals an entry to the site: on this phone nobody can open it again. The construction stands in
// docs/adr/an-envelope-for-the-site.md; the site's side is tracker/lib/envelopes.py.

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (data) => btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

export async function seal({ id, key }, number, said, pair) {
  const site = bytes(key);
  const own = pair ?? (await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]));
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const known = await crypto.subtle.importKey("raw", site, CURVE, false, []);
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: known }, own.privateKey, 256);
  const aes = await derived(secret, joined(point, site));
  // The AES key is used once, so this nonce is, too.
  const how = { name: "AES-GCM", iv: new Uint8Array(12), additionalData: new TextEncoder().encode(`${id}.${number}`) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(how, aes, new TextEncoder().encode(JSON.stringify(said))));
  return text(joined(point, sealed));
}

async function derived(secret, salt) {
  const from = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: new TextEncoder().encode("nightlight envelope 1") };
  return crypto.subtle.deriveKey(how, from, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
}
