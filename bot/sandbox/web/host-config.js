/** How cards look: our own values in the manner of Teams, for Microsoft's renderer; sizes and colours only. */

const FONT = '"Segoe UI", "Segoe UI Variable", system-ui, -apple-system, "Noto Sans", sans-serif';

const LIGHT = {
  plain: '#ffffff', emphasis: '#f5f5f5', good: '#eef7ee', attention: '#fdf3f4', warning: '#fef7f0', accent: '#eeeffb', line: '#e0e0e0',
  text: ['#242424', '#616161'], accentText: ['#4f52b2', '#5b5fc7'], goodText: ['#0e700e', '#107c10'], warningText: ['#8a3707', '#9c4a10'], attentionText: ['#b10e1c', '#c50f1f'],
};
const DARK = {
  plain: '#292929', emphasis: '#333333', good: '#1f2e1f', attention: '#3a2224', warning: '#3a2d20', accent: '#2d2f4a', line: '#454545',
  text: ['#ffffff', '#adadad'], accentText: ['#aab1fa', '#9299f7'], goodText: ['#9fd89f', '#7fc97f'], warningText: ['#fdcfb4', '#f4bd9a'], attentionText: ['#f1bbbc', '#e9a0a3'],
};

const pair = ([normal, subtle]) => ({ default: normal, subtle, highlightColors: { default: '#fff3b0', subtle: '#fff8d6' } });

function colours(tones) {
  return {
    default: pair(tones.text), dark: pair(['#242424', '#616161']), light: pair(['#ffffff', '#d6d6d6']), accent: pair(tones.accentText),
    good: pair(tones.goodText), warning: pair(tones.warningText), attention: pair(tones.attentionText),
  };
}

/** Give the host configuration for "light" or "dark". */
export function hostConfig(theme) {
  const tones = theme === 'dark' ? DARK : LIGHT;
  const style = (backgroundColor) => ({ backgroundColor, foregroundColors: colours(tones), borderColor: tones.line });
  return {
    choiceSetInputValueSeparator: ',',
    supportsInteractivity: true,
    fontFamily: FONT,
    fontTypes: {
      default: { fontFamily: FONT, fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 }, fontWeights: { lighter: 400, default: 400, bolder: 600 } },
      monospace: { fontFamily: 'Consolas, "Courier New", monospace', fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 }, fontWeights: { lighter: 400, default: 400, bolder: 600 } },
    },
    spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
    separator: { lineThickness: 1, lineColor: tones.line },
    imageSizes: { small: 32, medium: 52, large: 100 },
    containerStyles: {
      default: style(tones.plain), emphasis: style(tones.emphasis), accent: style(tones.accent),
      good: style(tones.good), attention: style(tones.attention), warning: style(tones.warning),
    },
    actions: {
      maxActions: 6, spacing: 'default', buttonSpacing: 8, showCard: { actionMode: 'inline', inlineTopMargin: 16, style: 'emphasis' },
      actionsOrientation: 'horizontal', actionAlignment: 'left', preExpandSingleShowCardAction: false,
    },
    adaptiveCard: { allowCustomStyle: false },
    imageSet: { imageSize: 'medium', maxImageHeight: 100 },
    factSet: { title: { size: 'default', color: 'default', isSubtle: false, weight: 'bolder', wrap: true, maxWidth: 150 }, value: { size: 'default', color: 'default', isSubtle: false, weight: 'default', wrap: true }, spacing: 16 },
    textBlock: { headingLevel: 3 },
    inputs: { label: { inputSpacing: 'small', requiredInputs: { weight: 'bolder', suffix: ' *', suffixColor: 'attention' }, optionalInputs: { weight: 'bolder' } }, errorMessage: { weight: 'default', color: 'attention' } },
  };
}
