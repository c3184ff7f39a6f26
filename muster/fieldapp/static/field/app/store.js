// @ts-check
/** IndexedDB by promises; what is kept for good is written with strict durability. */

/**
 * A database that is opened when it is needed, and anew after the browser has closed it, as it does on a full disk.
 * @param {string} name @param {number} version @param {(db: IDBDatabase, old: number) => void} make
 * @returns {() => Promise<IDBDatabase>}
 */
export function database(name, version, make) {
  /** @type {Promise<IDBDatabase> | null} */
  let opened = null;
  const gone = () => { opened = null; };
  return () => {
    opened ??= open(name, version, make, gone);
    opened.catch(gone);
    return opened;
  };
}

/**
 * @param {string} name @param {number} version @param {(db: IDBDatabase, old: number) => void} make
 * @param {() => void} [gone] it was closed, and not by us @returns {Promise<IDBDatabase>}
 */
export function open(name, version, make, gone = () => {}) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, version);
    asked.onupgradeneeded = (event) => make(asked.result, event.oldVersion);
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); gone(); };
      asked.result.onclose = gone;
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new DOMException("blocked", "AbortError"));
  });
}

/**
 * Write in one transaction; resolves only when the browser says that it is complete and on the disk.
 * @param {IDBDatabase} db @param {string[]} stores @param {(t: IDBTransaction) => void} act @returns {Promise<void>}
 */
export function write(db, stores, act) {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(stores, "readwrite", { durability: "strict" });
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
    act(transaction);
  });
}

/** Whether the phone had no room for what was written. @param {unknown} error */
export const isFull = (error) => error instanceof DOMException && error.name === "QuotaExceededError";

/** @type {Map<string, Promise<any>>} */
const turns = new Map();

/** One at a time under this name, over all tabs. @template T @param {string} name @param {() => Promise<T>} act @returns {Promise<T>} */
export async function alone(name, act) {
  if (navigator.locks) return navigator.locks.request(name, act);
  const turn = (turns.get(name) ?? Promise.resolve()).then(act, act);
  turns.set(name, turn.catch(() => {}));
  return turn;
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBDatabase} db @param {string} store @param {IDBValidKey} key @returns {Promise<any>} */
export const get = (db, store, key) => answer(db.transaction(store).objectStore(store).get(key));

/** @param {IDBDatabase} db @param {string} store @returns {Promise<any[]>} */
export const all = (db, store) => answer(db.transaction(store).objectStore(store).getAll());
