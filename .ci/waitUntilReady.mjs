// Waits until a service is ready, and tells how long that took: `waitUntilReady.mjs ADDRESS SECONDS`.
const [address, limit] = process.argv.slice(2);

const isReady = () =>
  fetch(address).then(
    ({ ok }) => ok,
    () => false,
  );

const seconds = () => performance.now() / 1000;
while (!(await isReady())) {
  if (seconds() > Number(limit)) {
    console.log(`not ready within ${limit} s`);
    process.exit(1);
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const report = await (await fetch(address)).json();
console.log(`ready after ${seconds().toFixed(1)} s: ${JSON.stringify(report)}`);
