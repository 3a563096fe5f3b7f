// Known mistakes in scripts.
const js = require("@eslint/js");
const globals = require("globals");

module.exports = [
    js.configs.recommended,
    {
        files: ["**/*.js"],
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: { ...globals.browser, luxon: "readonly", Chart: "readonly", odoo: "readonly" },
        },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules: {
            "array-callback-return": "error",
            curly: "error",
            eqeqeq: "error",
            "no-await-in-loop": "error",
            "no-console": "error",
            "no-duplicate-imports": "error",
            "no-eval": "error",
            "no-shadow": "error",
            "no-unused-expressions": "error",
            "no-use-before-define": ["error", "nofunc"],
            "no-var": "error",
            "object-shorthand": "error",
            "prefer-const": "error",
            "require-await": "error",
        },
    },
];
