// node suite.mjs CASE < settings.json: one flow by openid-client; exits 1 where it is not satisfied.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as client from "openid-client";
import { Person } from "./person.mjs";

const told = JSON.parse(readFileSync(0, "utf8"));
const person = new Person(told.issuer, told.person);
const SCOPE = "openid profile organisation offline_access";

function connect(name, authentication, metadata = {}) {
  const { id, secret } = told.clients[name];
  return client.discovery(
    new URL(told.issuer), id, metadata, authentication ?? client.ClientSecretBasic(secret),
    { execute: [client.allowInsecureRequests] },
  );
}

// Code and PKCE with state and nonce, by query or pushed; the tokens.
async function signIn(config, { push = false, options, scope = SCOPE } = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  };
  const asked = {
    redirect_uri: told.callback,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  };
  const url = push
    ? await client.buildAuthorizationUrlWithPAR(config, asked, options)
    : client.buildAuthorizationUrl(config, asked);
  const back = await person.agree(url);
  assert.equal(back.searchParams.get("iss"), told.issuer);
  return client.authorizationCodeGrant(config, back, checks, undefined, options);
}

async function whoIs(config, tokens, options) {
  const found = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, options);
  assert.equal(found.sub, told.person);
  assert.equal(found.name, told.name);
  return found;
}

async function refused(work, error) {
  await assert.rejects(work, (fault) => fault.error === error, `expected ${error}`);
}

async function privateKey(name) {
  const jwk = told.clients[name].jwk;
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["sign"]);
  return client.PrivateKeyJwt({ key, kid: jwk.kid });
}

async function dpop(config) {
  return { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256")) };
}

const CASES = {
  async code_and_userinfo() {
    const config = await connect("basic");
    const found = await whoIs(config, await signIn(config));
    assert.equal(found.organisation.corporate_number, "7000012050002");
  },

  async secret_in_the_body() {
    const config = await connect("post", client.ClientSecretPost(told.clients.post.secret));
    await whoIs(config, await signIn(config));
  },

  async public_client() {
    const config = await connect("public", client.None());
    await whoIs(config, await signIn(config));
  },

  async private_key_jwt() {
    const config = await connect("key", await privateKey("key"));
    await whoIs(config, await signIn(config));
  },

  async id_token_by_rs256() {
    const config = await connect("rs256", undefined, { id_token_signed_response_alg: "RS256" });
    client.enableNonRepudiationChecks(config);
    await whoIs(config, await signIn(config));
  },

  async signature_checked_with_our_keys() {
    const config = await connect("basic", undefined, { id_token_signed_response_alg: "ES256" });
    client.enableNonRepudiationChecks(config);
    await whoIs(config, await signIn(config));
  },

  async refresh_turns_and_reuse_ends_the_family() {
    const config = await connect("basic");
    const first = await signIn(config);
    const second = await client.refreshTokenGrant(config, first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    await refused(client.refreshTokenGrant(config, first.refresh_token), "invalid_grant");
    await refused(client.refreshTokenGrant(config, second.refresh_token), "invalid_grant");
  },

  async introspection_and_revocation() {
    const config = await connect("basic");
    const tokens = await signIn(config);
    const found = await client.tokenIntrospection(config, tokens.access_token);
    assert.equal(found.active, true);
    assert.equal(found.sub, told.person);
    await client.tokenRevocation(config, tokens.refresh_token);
    assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, false);
  },

  async client_credentials() {
    const config = await connect("program", await privateKey("program"));
    const tokens = await client.clientCredentialsGrant(config, { scope: "filings:read" });
    assert.equal(tokens.token_type, "bearer");
    await refused(client.clientCredentialsGrant(config, { scope: "openid" }), "invalid_scope");
  },

  async pushed_request() {
    const config = await connect("basic");
    await whoIs(config, await signIn(config, { push: true }));
  },

  async dpop_with_nonce() {
    const config = await connect("basic");
    const options = await dpop(config);
    const tokens = await signIn(config, { options });
    assert.equal(tokens.token_type, "dpop");
    await whoIs(config, tokens, options);
    const turned = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, options);
    assert.equal(turned.token_type, "dpop");
    // The stolen token without its key, or with the thief's.
    await assert.rejects(client.fetchUserInfo(config, turned.access_token, told.person));
    await assert.rejects(
      client.fetchUserInfo(config, turned.access_token, told.person, await dpop(config)),
    );
  },

  async dpop_keeps_a_public_clients_refresh_token() {
    const config = await connect("public", client.None());
    const options = await dpop(config);
    const tokens = await signIn(config, { options });
    const thief = await dpop(config);
    await refused(
      client.refreshTokenGrant(config, tokens.refresh_token, undefined, thief), "invalid_grant",
    );
    await client.refreshTokenGrant(config, tokens.refresh_token, undefined, options);
  },

  async pushed_bound_and_signed() {
    const config = await connect("strict", await privateKey("strict"));
    const options = await dpop(config);
    await whoIs(config, await signIn(config, { push: true, options }), options);
    await assert.rejects(signIn(config, { options }));
    await assert.rejects(signIn(config, { push: true }));
  },

  async device() {
    const config = await connect("device", client.None());
    const begun = await client.initiateDeviceAuthorization(config, { scope: SCOPE });
    const polling = client.pollDeviceAuthorizationGrant(config, begun);
    await person.signIn();
    const page = await person.go(begun.verification_uri_complete);
    assert.match(await page.text(), new RegExp(begun.user_code));
    await person.go("/device", { user_code: begun.user_code, decision: "allow" });
    await whoIs(config, await polling);
  },

  async device_denied() {
    const config = await connect("device", client.None());
    const begun = await client.initiateDeviceAuthorization(config, { scope: SCOPE });
    await person.signIn();
    await person.go("/device", { user_code: begun.user_code, decision: "deny" });
    await refused(client.pollDeviceAuthorizationGrant(config, begun), "access_denied");
  },

  async logout() {
    const config = await connect("basic");
    const tokens = await signIn(config);
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token, post_logout_redirect_uri: told.bye, state: "s",
    });
    const answer = await person.go(url);
    assert.equal(answer.headers.get("location"), `${told.bye}?state=s`);
    const account = await person.go("/account");
    assert.match(account.headers.get("location"), /^\/sign-in/);
  },
};

await CASES[process.argv[2]]();
console.log("ok");
