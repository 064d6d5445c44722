// An OpenID provider that others made and had certified (npm: oidc-provider), with one client of each kind.
// node issuer.mjs FOLDER PORT CALLBACK METHOD ALG PUBLIC_KEY
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder, port, callback, method, alg, key] = process.argv.slice(2);
const found = createRequire(`${folder}/package.json`).resolve('oidc-provider');
const { Provider } = await import(pathToFileURL(found));
const ours = {
  private_key_jwt: { jwks: { keys: [JSON.parse(readFileSync(key))] }, token_endpoint_auth_signing_alg: alg },
}[method] ?? { client_secret: 'hush: of ours' };
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'keten-console', redirect_uris: [callback], token_endpoint_auth_method: method, ...ours }],
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  claims: { openid: ['sub', 'keten_agencies'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['for a test'] },
  features: { devInteractions: { enabled: true } },
  findAccount: async (_, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, keten_agencies: ['coordinator-almere'] }),
  }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('listening'));
