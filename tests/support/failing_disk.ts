/**
 * Loaded before a program: once the file exists that the query of this module's URL names, the disk
 * fails under each file that the program brings to it.
 */
const file = new URL(import.meta.url).searchParams.get("file") ?? "";
const real = Deno.FsFile.prototype.syncData;
Deno.FsFile.prototype.syncData = async function () {
  const fails = await Deno.stat(file).then(() => true, () => false);
  if (fails) throw new Error("Input/output error (os error 5)");
  await real.call(this);
};
