/* Who owns a handle. A handle is a generation above an index (docs/abi.md), so an array finds the owner faster than a
 * Map; the whole handle is compared, so a stale one finds nobody. */
export const INDEX = (1 << 22) - 1;

export class Table {
  #handles = [];
  #owners = [];

  get(handle) {
    const i = handle & INDEX;
    return this.#handles[i] === handle ? this.#owners[i] : undefined;
  }
  set(handle, owner) {
    const i = handle & INDEX;
    for (let end = this.#handles.length; end <= i; end++) {
      this.#handles.push(0);
      this.#owners.push(undefined);
    }
    this.#handles[i] = handle;
    this.#owners[i] = owner;
  }
  delete(handle) {
    const i = handle & INDEX;
    if (this.#handles[i] !== handle) return;
    this.#handles[i] = 0;
    this.#owners[i] = undefined;
  }
  all() { return this.#owners.filter((owner) => owner); }

  /** Empties it. Returns the owners. */
  clear() {
    const owners = this.all();
    this.#handles = [];
    this.#owners = [];
    return owners;
  }
}
