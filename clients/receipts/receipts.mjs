// Make a ballot and its receipt on the voter's own device. Web Crypto alone (browsers, Node 18): copy this file.
//
// The receipt is SHA-256(0x00 || leaf), where the leaf is the canonical JSON (RFC 8785) of what the service stores of
// the ballot. Whoever keeps `kept(ballot)` can show later whether the published bundle holds it as it was cast.

const crypto = globalThis.crypto ?? (await import("node:crypto")).webcrypto; // Node 18 has it, not as a global
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// `weight` is what an open vote adds: { entitlement_id, area_hundredths_m2 }. A secret ballot has none.
export function make(choice, weight = {}) {
  const ballot_id = crypto.randomUUID();
  const nonce = hex(crypto.getRandomValues(new Uint8Array(32)));
  return { ...weight, ballot_id, choice: [...choice], nonce };
}

export async function receipt(leaf) {
  const data = new TextEncoder().encode(canonical(leaf));
  const hashed = new Uint8Array(data.length + 1); // its first byte stays 0x00: a leaf, not a node
  hashed.set(data, 1);
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", hashed)));
}

export async function kept(leaf) {
  return JSON.stringify({ receipt: await receipt(leaf), leaf });
}

// JSON.stringify writes strings and whole numbers as RFC 8785 wants them; the names have to be put in order.
export function canonical(leaf) {
  return JSON.stringify(leaf, Object.keys(leaf).sort());
}
