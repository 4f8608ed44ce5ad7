// Public keys, SSHSIG files, and when an Ed25519 signature is good (format-spec/signatures.md).
// The signature itself is checked by the browser. What browsers differ in is looked at before, in whole numbers: these are public, so no time is kept
// secret.
import { ascii, base64, be32, join, latin1, same, sha256Bytes, sha512 } from "./bytes.js";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * inverse(121666n));
const ROOT = power(2n, (P - 1n) / 4n); // of -1
const ONE = { x: 0n, y: 1n, z: 1n, t: 0n };

function mod(n) {
	const r = n % P;
	return r < 0n ? r + P : r;
}

function power(base, exponent) {
	let out = 1n;
	for (let b = mod(base), e = exponent; e > 0n; e >>= 1n) {
		if (e & 1n)
			out = mod(out * b);
		b = mod(b * b);
	}
	return out;
}

function inverse(n) {
	return power(n, P - 2n);
}

function number(bytes) {
	let n = 0n;
	for (let i = bytes.length - 1; i >= 0; i--)
		n = (n << 8n) | BigInt(bytes[i]);
	return n;
}

// RFC 8032 section 5.1.3. Null for what is no point in its canonical encoding.
function decode(bytes) {
	const all = number(bytes);
	const sign = all >> 255n;
	const y = all & (2n ** 255n - 1n);
	if (y >= P)
		return null;
	const square = mod((y * y - 1n) * inverse(mod(D * y * y + 1n)));
	let x = power(square, (P + 3n) / 8n);
	if (mod(x * x) !== square)
		x = mod(x * ROOT);
	if (mod(x * x) !== square || (x === 0n && sign === 1n))
		return null;
	if ((x & 1n) !== sign)
		x = P - x;
	return { x, y, z: 1n, t: mod(x * y) };
}

// RFC 8032 section 5.1.4.
function add(p, q) {
	const a = mod((p.y - p.x) * (q.y - q.x));
	const b = mod((p.y + p.x) * (q.y + q.x));
	const c = mod(2n * p.t * q.t * D);
	const d = mod(2n * p.z * q.z);
	const e = b - a;
	const f = d - c;
	const g = d + c;
	const h = b + a;
	return { x: mod(e * f), y: mod(g * h), z: mod(f * g), t: mod(e * h) };
}

function times(n, point) {
	let out = ONE;
	for (let p = point, e = n; e > 0n; e >>= 1n) {
		if (e & 1n)
			out = add(out, p);
		p = add(p, p);
	}
	return out;
}

function isOne(p) {
	return mod(p.x) === 0n && mod(p.y - p.z) === 0n;
}

// Whether bytes encode a point of prime order.
export function isPrimeOrder(bytes) {
	const p = decode(bytes);
	return p !== null && !isOne(p) && isOne(times(L, p));
}

function isSmall(bytes) {
	const p = decode(bytes);
	return p === null || isOne(times(8n, p));
}

function string(bytes) {
	return join(be32(bytes.length), bytes);
}

const KIND_FILE = "ssh-ed25519";
const KIND_TOKEN = "sk-ssh-ed25519@openssh.com";
const known = new Map(); // texts that were read before

function readKey(text) {
	const [kind, encoded, more] = text.split(" ");
	if (more !== undefined || (kind !== KIND_FILE && kind !== KIND_TOKEN))
		return null;
	const blob = base64(encoded ?? "");
	const head = join(string(ascii(kind)), be32(32));
	if (blob === null || blob.length < head.length + 32 || !same(blob.subarray(0, head.length), head))
		return null;
	const point = blob.slice(head.length, head.length + 32);
	const rest = blob.subarray(head.length + 32);
	let application = null;
	if (kind === KIND_TOKEN) {
		application = latin1(rest.subarray(4));
		if (!/^ssh:[!-~]{0,28}$/.test(application) || !same(rest, string(ascii(application))))
			return null;
	} else if (rest.length > 0) {
		return null;
	}
	return isPrimeOrder(point) ? { kind, blob, point, application } : null;
}

// A public signing key from the one text that it has, or null.
export function signingKey(text) {
	if (typeof text !== "string" || text.length > 163)
		return null;
	if (!known.has(text))
		known.set(text, readKey(text));
	return known.get(text);
}

// As ssh-keygen -l prints it.
export async function fingerprint(text) {
	const key = signingKey(text);
	if (key === null)
		return "a key that is none";
	return `SHA256:${btoa(latin1(await sha256Bytes(key.blob))).replace(/=+$/, "")}`;
}

function armor(blob) {
	const text = btoa(latin1(blob));
	const lines = text.match(/.{1,70}/g) ?? [];
	return `-----BEGIN SSH SIGNATURE-----\n${lines.join("\n")}\n-----END SSH SIGNATURE-----\n`;
}

// False where the browser knows no Ed25519.
export async function canVerify() {
	try {
		const point = base64("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=");
		await globalThis.crypto.subtle.importKey("raw", point, { name: "Ed25519" }, false, ["verify"]);
		return true;
	} catch {
		return false;
	}
}

// Whether file is the signature of document by key, in the one form that is accepted.
export async function isSignature(document, file, keyText, namespace) {
	const key = signingKey(keyText);
	const text = latin1(file);
	const match = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]*)\n-----END SSH SIGNATURE-----\n$/.exec(text);
	const blob = match === null ? null : base64(match[1].replaceAll("\n", ""));
	if (key === null || blob === null || armor(blob) !== text)
		return false;
	const tail = key.kind === KIND_TOKEN ? 5 : 0;
	const fixed = join(ascii("SSHSIG"), be32(1), string(key.blob), string(ascii(namespace)), be32(0), string(ascii("sha512")),
		be32(4 + key.kind.length + 4 + 64 + tail), string(ascii(key.kind)), be32(64));
	if (blob.length !== fixed.length + 64 + tail || !same(blob.subarray(0, fixed.length), fixed))
		return false;
	const signature = blob.slice(fixed.length, fixed.length + 64);
	let signed = join(ascii("SSHSIG"), string(ascii(namespace)), be32(0), string(ascii("sha512")), string(await sha512(document)));
	if (tail > 0) {
		const touched = blob.slice(fixed.length + 64);
		if ((touched[0] & 1) === 0)
			return false;
		signed = join(await sha256Bytes(ascii(key.application)), touched, await sha256Bytes(signed));
	}
	if (isSmall(signature.subarray(0, 32)) || number(signature.subarray(32)) >= L)
		return false;
	const imported = await globalThis.crypto.subtle.importKey("raw", key.point, { name: "Ed25519" }, false, ["verify"]);
	return globalThis.crypto.subtle.verify({ name: "Ed25519" }, imported, signature, signed);
}
