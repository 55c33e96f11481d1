/* The C source of the selected task, with the line of its await marked. */
const comment = /\/\*[^]*?\*\//g;
const escaped = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

export class Source {
  #files = new Map(); // name -> lines, as HTML
  #shown = '';
  #drawn; // lines of #files
  #parts;

  constructor(parts) { this.#parts = parts; }

  /** site: "file.c:12". */
  async show({ site, name: task, ended }) {
    const [file, line] = site.split(':');
    const wanted = `${site} ${task} ${ended}`;
    if (!file || this.#shown === wanted) return;
    this.#shown = wanted;
    if (!this.#files.has(file)) this.#files.set(file, this.#lines(file));
    const lines = await this.#files.get(file);
    if (this.#shown !== wanted) return; // another was asked for meanwhile
    const { name, place, code } = this.#parts;
    name.textContent = file;
    place.textContent = ended ? `${task} has ended: last at line ${line}` : `${task}: line ${line}`;
    if (this.#drawn !== lines) {
      code.innerHTML = lines.map((html) => `<span>${html || ' '}</span>`).join('');
      this.#drawn = lines;
    }
    code.querySelector('.here')?.classList.remove('here');
    const here = code.children[line - 1];
    if (!here) return; // the file was not to be had
    here.classList.add('here');
    // Only the panel scrolls, never the page.
    const panel = code.parentElement;
    const top = here.offsetTop - code.offsetTop;
    if (top < panel.scrollTop || top > panel.scrollTop + panel.clientHeight - 40) {
      panel.scrollTop = top - panel.clientHeight / 2;
    }
  }

  async #lines(file) {
    try {
      const response = await fetch(file);
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
      return this.#marked(await response.text());
    } catch ({ message }) {
      setTimeout(() => this.#forget(file), 1000); // then it is asked for again
      return [escaped(`${file} can't be read: ${message}`)];
    }
  }

  #forget(file) {
    this.#files.delete(file);
    this.#shown = '';
  }

  #marked(source) {
    const text = escaped(source);
    const marked = text.replace(comment, (all) => all.split('\n').map((line) => `<i>${line}</i>`).join('\n'));
    return marked.trimEnd().split('\n')
      .map((line) => line.replace(/\bwa_\w+|\bWA_\w+/g, '<b>$&</b>'));
  }
}
