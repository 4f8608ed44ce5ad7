// What the page's checker says of bundles, run by Node.js: judge.mjs FILE... prints for each its verdict, its findings with their weights, and the file,
// with tabs between.
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
import { checkBundle } from "../../checker/check.js";

globalThis.crypto ??= webcrypto;
for (const file of process.argv.slice(2)) {
	const result = await checkBundle(new Blob([readFileSync(file)]));
	const findings = [...new Set(result.findings.map((f) => `${f.code}:${f.weight}`))].sort();
	process.stdout.write(`${result.verdict}\t${findings.join(",")}\t${file}\n`);
}
