// Bytes, texts and hashes (format-spec/conventions.md).

// A finding that ends what is being done: code, weight and a plain sentence.
export class Fault extends Error {
	constructor(code, weight, text) {
		super(text);
		this.code = code;
		this.weight = weight;
	}
}

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const HASH = /^[0-9a-f]{64}$/;

export function ascii(text) {
	return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

// Bytes as characters of the same numbers: for texts that are ASCII, or are looked at byte by byte.
export function latin1(bytes) {
	let text = "";
	for (let at = 0; at < bytes.length; at += 8192)
		text += String.fromCharCode(...bytes.subarray(at, at + 8192));
	return text;
}

// Text of UTF-8, or null. A byte order mark stays, and is refused where it stands.
export function utf8(bytes) {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return null;
	}
}

export function same(a, b) {
	return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function isZero(bytes) {
	return bytes.every((byte) => byte === 0);
}

export function join(...parts) {
	const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
	let at = 0;
	for (const p of parts) {
		all.set(p, at);
		at += p.length;
	}
	return all;
}

export function be32(n) {
	return Uint8Array.of((n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
}

export function hex(bytes) {
	return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

async function digest(name, bytes) {
	return new Uint8Array(await globalThis.crypto.subtle.digest(name, bytes));
}

export function sha512(bytes) {
	return digest("SHA-512", bytes);
}

export async function sha256Bytes(bytes) {
	return digest("SHA-256", bytes);
}

// SHA-256 in hexadecimal.
export async function sha256(bytes) {
	return hex(await digest("SHA-256", bytes));
}

// Bytes of base64 with padding in its one canonical form, or null.
export function base64(text) {
	if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
		return null;
	const bytes = ascii(atob(text));
	return btoa(latin1(bytes)) === text ? bytes : null;
}
