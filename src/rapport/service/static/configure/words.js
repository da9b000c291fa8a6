// What the configurator says by itself; titles and reasons come from the server in the same language.

const ENGLISH = {
  loading: "Loading…",
  adds: "+ {money}",
  takes: "− {money}",
  included: "no extra charge",
  from: "in all from {money}",
  days: "{days} days",
  by: "by {partner}",
  forced: "goes with what you chose",
  refused: "you do not want it",
  checking: "being checked",
  blocked: "Not with what you chose.",
  why: "Why not?",
  whyOf: "Why not? {option}",
  reasonsOf: "“{option}” does not go with what you chose",
  giveUp: "To have it:",
  giveUpOne: "give up {picks}",
  giveUpNothing: "nothing to give up",
  inAll: "{money} in all",
  noWay: "No change makes it possible.",
  close: "Close",
  none: "None",
  more: "{count} more",
  moreOf: "{count} more for {group}",
  severalMost: "choose up to {most}",
  severalLeast: "choose at least {least}",
  severalBetween: "choose {least} to {most}",
  optional: "optional",
  around: "Around it",
  price: "Price",
  range: "{low} to {high} possible",
  count: "{count} combinations left",
  countOne: "one combination left",
  countAbout: "about 10^{digits} combinations left",
  lead: "ready in {days} days",
  pieces: "Pieces",
  undo: "Step back",
  finish: "Take it",
  begin: "Begin again",
  open: "Still to choose: {groups}",
  finished: "Thank you. Your choice has been taken.",
  suggestedYou: "Completed for you",
  suggested: "A way to complete it",
  complete: "Complete it for me",
  ready: "Ready made",
  standard: "The standard product",
  taken: "Often taken",
  take: "Take over",
  takeOf: "Take over: {title}",
  same: "as you have it",
  changeOne: "1 change",
  changes: "{count} changes",
  nothing: "nothing",
  way_adaptive: "This is the standard product. Change what you like; nothing is remembered.",
  way_cosmetic: "The product stays the same; choose how it comes to you.",
  way_collaborative: "Let us find out together what suits you.",
  way_transparent: "Made for you:",
  change: "Change it",
  saidPrice: "Price {money}.",
  saidSettled: "Settled with it: {options}.",
  saidBlocked: "No longer possible: {options}.",
  saidFree: "Possible again: {options}.",
  saidBlockedNow: "{option} is not possible: {reason} Press Space for what to give up.",
  saidUndone: "One step back.",
  offline: "The configurator cannot be reached.",
  refusedKey: "This configurator is not set up: its key or address is not accepted.",
  gone: "This session is over. Your choices are still here.",
  failed: "That did not work.",
  again: "Try again",
  goOn: "Go on with these choices",
};

const CHINESE = {
  loading: "正在加载…",
  adds: "加 {money}",
  takes: "减 {money}",
  included: "不另收费",
  from: "总价 {money} 起",
  days: "{days} 天",
  by: "由 {partner} 提供",
  forced: "由您的选择决定",
  refused: "您不想要",
  checking: "正在核对",
  blocked: "与您的选择不能搭配。",
  why: "为什么不行？",
  whyOf: "为什么不行？{option}",
  reasonsOf: "“{option}”与您的选择不能搭配",
  giveUp: "要选它：",
  giveUpOne: "放弃 {picks}",
  giveUpNothing: "无需放弃",
  inAll: "总价 {money}",
  noWay: "怎样更改都无法选它。",
  close: "关闭",
  none: "不要",
  more: "还有 {count} 项",
  moreOf: "{group}还有 {count} 项",
  severalMost: "最多选 {most} 项",
  severalLeast: "至少选 {least} 项",
  severalBetween: "选 {least} 至 {most} 项",
  optional: "可不选",
  around: "相关服务",
  price: "价格",
  range: "可在 {low} 至 {high} 之间",
  count: "还有 {count} 种组合",
  countOne: "只剩一种组合",
  countAbout: "还有约 10^{digits} 种组合",
  lead: "{days} 天后可交付",
  pieces: "数量",
  undo: "退回一步",
  finish: "就要这个",
  begin: "重新开始",
  open: "还需选择：{groups}",
  finished: "谢谢，您的选择已收到。",
  suggestedYou: "为您补全",
  suggested: "一种补全方式",
  complete: "替我补全",
  ready: "现成的搭配",
  standard: "标准产品",
  taken: "常被选用",
  take: "采用",
  takeOf: "采用：{title}",
  same: "与您现在的一样",
  changeOne: "1 处不同",
  changes: "{count} 处不同",
  nothing: "无",
  way_adaptive: "这是标准产品，您可以随意更改；不作任何记录。",
  way_cosmetic: "产品相同，由您选择它的样子。",
  way_collaborative: "我们一起找出适合您的。",
  way_transparent: "为您准备：",
  change: "更改",
  saidPrice: "价格 {money}。",
  saidSettled: "随之确定：{options}。",
  saidBlocked: "不再可选：{options}。",
  saidFree: "重新可选：{options}。",
  saidBlockedNow: "{option}不可选：{reason}按空格键查看要放弃什么。",
  saidUndone: "已退回一步。",
  offline: "无法连接配置器。",
  refusedKey: "配置器尚未设置好：密钥或地址不被接受。",
  gone: "本次会话已结束，您的选择仍在这里。",
  failed: "没有成功。",
  again: "重试",
  goOn: "用这些选择继续",
};

const CATALOGUES = { en: ENGLISH, zh: CHINESE };

/** The language of ours that is nearest to a tag such as `zh-CN`. */
export function nearest(tag) {
  const language = (tag || "").toLowerCase().split("-")[0];
  return language in CATALOGUES ? language : "en";
}

/** What to say in a language: `words("price", {…})`, amounts of money and counts as its readers write them. */
export function wordsIn(language) {
  const catalogue = CATALOGUES[language];
  const words = (name, filled = {}) =>
    catalogue[name].replace(/\{(\w+)\}/g, (_, place) => String(filled[place]));
  words.language = language;
  words.money = (amount, currency) => money(language, amount, currency);
  words.count = (count) => new Intl.NumberFormat(language).format(typeof count === "string" ? BigInt(count) : count);
  words.list = (names) => new Intl.ListFormat(language, { type: "conjunction" }).format(names);
  return words;
}

function money(language, amount, currency) {
  try {
    return new Intl.NumberFormat(language, { style: "currency", currency }).format(amount);
  } catch {
    return `${new Intl.NumberFormat(language, { minimumFractionDigits: 2 }).format(amount)} ${currency}`;
  }
}
