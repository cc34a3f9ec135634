// Other people's verifiers for Node.js, as one program: a question a line on stdin, an answer a line on stdout.
//
//   {"site": "home", "documents": {"https://…": "text", …}}            what the world answers from here on, under a name
//   {"judge": "vc", "site": "home", "credential": {…} | "e30.e30.x"}   → {"accepted": true|false, "why": "…"}
//
// Nothing leaves this process: the network is the table of documents, and sockets are refused.
// Started with the folder that holds node_modules as its argument.
import {createRequire} from 'node:module';
import {Socket} from 'node:net';
import {createInterface} from 'node:readline';
import {join} from 'node:path';

const load = createRequire(join(process.argv[2], 'package.json'));
const answer = process.stdout.write.bind(process.stdout);
console.log = console.error; // verifier-core tells its doubts on stdout

const sites = new Map();
let documents = {};

globalThis.fetch = async request => {
  const url = String(request?.url ?? request).split('#')[0];
  if (!(url in documents)) {
    return new Response(`nothing is at ${url}`, {status: 404});
  }
  return new Response(documents[url], {headers: {'content-type': 'application/json'}});
};
Socket.prototype.connect = function() {
  throw new Error('tests stay on this machine');
};

const vc = load('@digitalbazaar/vc');
const {DataIntegrityProof} = load('@digitalbazaar/data-integrity');
const {cryptosuite} = load('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const {checkStatus} = load('@digitalbazaar/vc-bitstring-status-list');
const core = load('@digitalcredentials/verifier-core');
const jose = load('jose');

const didUrl = did => {
  const [host, ...path] = did.slice('did:web:'.length).split(':').map(decodeURIComponent);
  return `https://${[host, ...(path.length ? path : ['.well-known']), 'did.json'].join('/')}`;
};

/** The document at an address; for a DID URL with a fragment, that part of the DID document, with its context. */
async function documentLoader(address) {
  const [base] = address.split('#');
  const url = base.startsWith('did:web:') ? didUrl(base) : base;
  if (!(url in documents)) {
    throw new Error(`nothing is at ${address}`);
  }
  const whole = JSON.parse(documents[url]);
  const document = base === address || !base.startsWith('did:') ? whole : part(whole, address);
  return {contextUrl: null, documentUrl: address, document};
}

function part(whole, id) {
  const found = (whole.verificationMethod ?? []).find(method => method.id === id);
  if (!found) {
    throw new Error(`${id} is not listed`);
  }
  return {'@context': whole['@context'], ...found};
}

const suite = new DataIntegrityProof({cryptosuite});

/** @digitalbazaar/vc with its status list checker, which checks the list and leaves it to us to look at the bit. */
async function digitalBazaar(credential) {
  const withStatus = credential.credentialStatus ? {checkStatus: notRevoked} : {};
  const found = await vc.verifyCredential({credential, suite, documentLoader, ...withStatus});
  return found.verified ? accepted() : refused(reasons(found.error) || reasons(found.statusResult?.error) || 'status');
}

async function notRevoked(options) {
  const found = await checkStatus(options);
  const revoked = found.results?.some(result => result.status === true);
  return revoked ? {verified: false, error: new Error('revoked')} : found;
}

/** verifier-core reports steps: those that a good badge has passed must be there, and nothing else may have failed. */
async function digitalCredentials(credential) {
  const {log = [], error, errors = [], additionalInformation = []} =
    await core.verifyCredential({credential, knownDIDRegistries: []});
  const wrong = [...errors, error].filter(Boolean).map(each => each.message);
  const steps = ['valid_signature', 'expiration', ...(credential.credentialStatus ? ['revocation_status'] : [])];
  const failed = steps.filter(id => log.find(step => step.id === id)?.valid !== true);
  const schemas = additionalInformation.find(entry => entry.id === 'schema_check')?.results;
  const unlike = Array.isArray(schemas) && schemas.every(schema => schema.result.valid) ? [] : ['schema'];
  return judgement([...wrong, ...failed, ...unlike]);
}

/** jose checks signature and times, with the key that kid names in did.json; the rest is Open Badges 3.0, 8.2.4. */
async function vcJwt(token) {
  const {alg, kid} = jose.decodeProtectedHeader(token);
  const issuer = kid.split('#')[0];
  const whole = JSON.parse(documents[didUrl(issuer)]);
  const {publicKeyJwk} = part(whole, kid);
  if (!whole.assertionMethod.includes(kid)) {
    return refused(`${kid} is no assertion method`);
  }
  const key = await jose.importJWK(publicKeyJwk, alg);
  const {payload} = await jose.jwtVerify(token, key, {issuer, algorithms: ['ES256', 'RS256']});
  const same = payload.iss === payload.issuer.id && payload.jti === payload.id &&
    payload.sub === payload.credentialSubject.id && payload.nbf === Math.floor(Date.parse(payload.validFrom) / 1000) &&
    payload.exp === (payload.validUntil ? Math.floor(Date.parse(payload.validUntil) / 1000) : undefined);
  return same ? accepted() : refused('claims and credential say different things');
}

const judges = {'vc': digitalBazaar, 'verifier-core': digitalCredentials, 'jose': vcJwt};

const accepted = () => ({accepted: true, why: ''});
const refused = why => ({accepted: false, why});
const judgement = wrong => wrong.length > 0 ? refused(wrong.join('; ')) : accepted();
const reasons = error => error && [error.message, ...(error.errors ?? []).map(each => each.message),
  error.cause?.message].filter(Boolean).join('; ');

for await (const line of createInterface({input: process.stdin})) {
  const job = JSON.parse(line);
  if (job.documents) {
    sites.set(job.site, job.documents);
    continue;
  }
  documents = sites.get(job.site);
  let verdict;
  try {
    verdict = await judges[job.judge](job.credential);
  } catch (error) {
    verdict = refused(reasons(error));
  }
  answer(`${JSON.stringify(verdict)}\n`);
}
