// A worker that runs one task and posts its outcome. Started as a module or as a classic script.
onmessage = async ({ data: { entry, source, name, input } }) => {
  const { load } = await import(entry);
  const rt = await load(source);
  postMessage('started');
  try {
    postMessage({ value: await rt.spawn(name, input) });
  } catch (error) {
    postMessage({ error });
  }
};
