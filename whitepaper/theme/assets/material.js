/* Material's script, fetched at a reader's first move. */
(() => {
  const moves = ["focusin", "keydown", "pointerdown", "pointermove", "scroll"];
  const wake = () => {
    for (const move of moves) removeEventListener(move, wake, true);
    const script = document.createElement("script");
    script.src = document.querySelector("script[data-src]").dataset.src;
    script.onload = () => setTimeout(() => document.dispatchEvent(new Event("DOMContentLoaded")));
    document.body.append(script); /* it waits for that event */
  };
  for (const move of moves) addEventListener(move, wake, true);
  if (location.search) wake(); /* words to mark */
})();
