// The frame of the command-line tools: usage on wrong arguments (exit status 2), a failed build as its own output (1).
import { BuildError } from '../toolchain/run.mjs';

export async function main(usage, sane, work) {
  if (!sane) {
    console.error(usage);
    process.exit(2);
  }
  try {
    await work();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
