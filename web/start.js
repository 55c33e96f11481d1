/* What the page loads first: it tells why the rest can't start. No module, so that it also runs in a page without a server. */
import('./page.js').catch((error) => {
  const empty = document.getElementById('empty');
  empty.role = 'alert';
  empty.textContent = `The page could not start: ${error.message}; npx wasyncio demo serves it.`;
  throw error;
});
