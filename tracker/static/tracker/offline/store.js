// What is kept on this phone: `store.get("pocket")`, and the entries that wait to be sent. For pages and the service worker.
// Each use opens the database anew and tries twice: a browser that runs short of memory kills the connection.

globalThis.store = (() => {
  const open = () =>
    new Promise((resolve, reject) => {
      const asked = indexedDB.open("nightlight", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("kept");
        asked.result.createObjectStore("unsent", { keyPath: "number" });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
      asked.onblocked = () => reject(new Error("blocked"));
    });

  const once = async (name, mode, use) => {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const work = database.transaction(name, mode, { durability: mode === "readwrite" ? "strict" : "default" });
        const asked = use(work.objectStore(name));
        work.oncomplete = () => resolve(asked?.result);
        work.onabort = work.onerror = () => reject(work.error ?? new Error("aborted"));
      });
    } finally {
      database.close();
    }
  };

  const run = async (name, mode, use) => {
    try {
      return await once(name, mode, use);
    } catch (error) {
      if (error?.name === "QuotaExceededError") throw error;
      return once(name, mode, use);
    }
  };

  const changed = () => globalThis.BroadcastChannel && new BroadcastChannel("unsent").postMessage("changed");

  return {
    get: (key) => run("kept", "readonly", (kept) => kept.get(key)),
    set: (key, value) => run("kept", "readwrite", (kept) => kept.put(value, key)),
    rows: () => run("unsent", "readonly", (unsent) => unsent.getAll()),
    add: (row) => run("unsent", "readwrite", (unsent) => unsent.put(row)).then(changed),
    remove: (number) => run("unsent", "readwrite", (unsent) => unsent.delete(number)).then(changed),
    // What was kept of a person goes; what is sealed and waits, stays: nobody can read it here.
    clearHistory: async () => {
      await caches.delete("kept");
      await run("kept", "readwrite", (kept) => {
        for (const key of ["pocket", "history", "news"]) kept.delete(key);
      });
    },
  };
})();
