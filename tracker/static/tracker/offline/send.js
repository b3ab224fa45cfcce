// Sends what waits, one after the other and one sender at a time, each as its author's only. It is deleted here once the
// site has said, in its own words, that it is kept. For pages and the service worker, after store.js.

// What our site says; null where something else answers: a hotel's page, a proxy's error. No network is an exception.
globalThis.askTheSite = async (path, options = {}) => {
  const signal = AbortSignal.timeout(20000); // the next try comes by itself
  const answer = await fetch(path, { cache: "no-store", redirect: "manual", signal, ...options });
  try {
    const said = await answer.json();
    return said.from === "nightlight" ? said : null;
  } catch {
    return null;
  }
};

globalThis.sendUnsent = (() => {
  const FINAL = ["kept", "refused"];

  const post = (row, token) => {
    const body = JSON.stringify({ number: row.number, key: row.key, envelope: row.envelope });
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    return askTheSite("/unsent/", { method: "POST", headers, body });
  };

  // What the family has to be told stays until somebody has read it.
  const note = async (key, what) => {
    const before = (await store.get(key)) ?? [];
    await store.set(key, [...before.filter((one) => one.number !== what.number), what]);
  };

  const sendOne = async (row, token) => {
    const said = await post(row, token);
    if (said?.state === "sign-in") return;
    if (said?.stricter || said?.says) await note("news", { ...said, at: row.at, kind: row.kind });
    if (FINAL.includes(said?.state)) await store.remove(row.number);
    else await store.add({ ...row, said: said?.state ?? "strange" });
  };

  const send = async () => {
    const waiting = await store.rows();
    if (!waiting.length) return;
    const who = await askTheSite("/pocket/?who");
    if (who?.state !== "signed-in") return;
    const own = waiting.filter((row) => row.author === who.person);
    for (const row of own.sort((one, other) => one.at - other.at)) await sendOne(row, who.token);
  };

  return async () => {
    if (!navigator.locks) return send();
    return navigator.locks.request("unsent", { ifAvailable: true }, (lock) => lock && send());
  };
})();
