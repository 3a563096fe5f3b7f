// The form of scripts and XML. Values of XML keep their white space: it is text that users read.
module.exports = {
    plugins: [require.resolve("@prettier/plugin-xml")],
    printWidth: 120,
    tabWidth: 4,
    trailingComma: "es5",
    xmlWhitespaceSensitivity: "preserve",
};
