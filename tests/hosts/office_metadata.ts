// Microsoft's own tool made office_metadata.json of this:
// npm install custom-functions-metadata@2.2.3 typescript@5.4
// npx custom-functions-metadata generate office_metadata.ts office_metadata.json

/**
 * What it answers.
 * @customfunction XLM_ASKED
 * @cancelable
 * @param positions What positions are.
 * @param [market] What a market is.
 * @param invocation How it is canceled.
 */
export async function asked(
  positions: any[][], market?: any[][], invocation?: CustomFunctions.CancelableInvocation
): Promise<any[][]> {
  return positions;
}

/**
 * One figure of an account that the service keeps, as it changes.
 * @customfunction XLM_LIVE
 * @param account The account as it is named in the positions.
 * @param figure account_value, portfolio.requirement, portfolio.excess, portfolio.cushion, portfolio.buying_power, strategy.requirement, strategy.excess ...
 * @param invocation How it answers.
 */
export function live(
  account: string, figure: string, invocation: CustomFunctions.StreamingInvocation<any>
): void {}
