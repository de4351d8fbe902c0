import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { signedOutBecause, signIn } from "../session.ts";
import { Notice } from "../parts/notice.tsx";

/**
 * The form for those who did not come by a link with a token.
 *
 * @returns The element.
 */
export function SignIn() {
  const pasted = useSignal("");
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  return (
    <main class="sign-in">
      <h1>Panoptes</h1>
      <Notice text={signedOutBecause.value} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const text = pasted.value.trim();
          if (text !== "") signIn(text);
        }}
      >
        <label for="token">Token</label>
        <input
          id="token"
          ref={input}
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          aria-describedby="token-help"
          onInput={(event) => pasted.value = event.currentTarget.value}
        />
        <button type="submit" class="primary">Sign in</button>
        <p id="token-help" class="quiet">
          <code>deno task start</code>{" "}
          prints a link that signs you in. A deployed Panoptes accepts the tokens in its setting
          {" "}
          <code>API_TOKENS</code>. The token is kept in this tab only.
        </p>
      </form>
    </main>
  );
}
