// Texts of BIP 173: the seal code (format-spec/seal.md "Seal code"), and the public keys of age (format-spec/age.md).
const ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

// BIP 173.
function polymod(values) {
	let check = 1;
	for (const v of values) {
		const top = check >>> 25;
		check = ((check & 0x1ffffff) << 5) ^ v;
		for (let i = 0; i < 5; i++)
			if ((top >>> i) & 1)
				check ^= GENERATOR[i];
	}
	return check;
}

function spread(prefix) {
	const codes = [...prefix].map((c) => c.charCodeAt(0));
	return [...codes.map((c) => c >> 5), 0, ...codes.map((c) => c & 31)];
}

// X25519 keys of low order (RFC 7748 section 6.1), below the prime.
const LOW = [0n, 1n, 2n ** 255n - 20n, 325606250916557431795983626356110631294008115727848805560023387167927233504n,
	39382357235489614581723060781553021112529911719440698176882885853963445705823n];

// Whether text is a public encryption key, age1…, of 32 bytes that can be one.
export function isRecipient(text) {
	if (typeof text !== "string" || !/^age1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58}$/.test(text))
		return false;
	const values = [...text.slice(4)].map((c) => ALPHABET.indexOf(c));
	if (polymod([...spread("age"), ...values]) !== 1 || (values[51] & 15) !== 0)
		return false;
	const bits = values.slice(0, 52).map((v) => v.toString(2).padStart(5, "0")).join("");
	let key = 0n;
	for (let i = 31; i >= 0; i--)
		key = (key << 8n) | BigInt(parseInt(bits.slice(8 * i, 8 * i + 8), 2));
	return key < 2n ** 255n - 19n && !LOW.includes(key);
}

// Of a seal's hash in hexadecimal.
export function sealCode(hash) {
	const bits = [...hash].map((c) => parseInt(c, 16).toString(2).padStart(4, "0")).join("");
	const values = Array.from({ length: 26 }, (_, i) => parseInt(bits.slice(5 * i, 5 * i + 5), 2));
	const check = polymod([...spread("evx"), ...values, 0, 0, 0, 0, 0, 0]) ^ 1;
	const all = [...values, ...Array.from({ length: 6 }, (_, i) => (check >>> (5 * (5 - i))) & 31)];
	return all.map((v) => ALPHABET[v]).join("").toUpperCase().match(/.{4}/g).join("-");
}
