/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */

/** Put a file into a wizard as a user's file dialog would. */
export function selectFile(name, content) {
    const input = document.querySelector(".o_dialog .o_field_widget[name=file_data] input[type=file]");
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], name, { type: "text/plain" }));
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** A file of June 2026; devices are texts of XML elements inside <Device>. */
export function billingFile(number, ...devices) {
    const records = devices.map((device) => `\n  <Device>${device}</Device>`).join("");
    return `<?xml version="1.0" encoding="UTF-8"?>
<XPPSBillingDetails>
  <Invoice>
    <InvoiceNumber>${number}</InvoiceNumber>
    <InvoiceDate>2026-07-02</InvoiceDate>
    <PeriodStart>2026-06-01</PeriodStart>
    <PeriodEnd>2026-06-30</PeriodEnd>
    <Currency>USD</Currency>
  </Invoice>${records}
</XPPSBillingDetails>`;
}

/** What is inside <Device> of a device with 1,000 mono pages above those that are included. */
export function monoDevice(serial, basePrice) {
    return `
    <SerialNumber>${serial}</SerialNumber>
    <MonthlyBasePrice>${basePrice}</MonthlyBasePrice>
    <MonoPrevious>1000</MonoPrevious>
    <MonoCurrent>2500</MonoCurrent>
    <MonoIncluded>500</MonoIncluded>
    <MonoOver>1000</MonoOver>
    <MonoOverUnitCost>0.0051</MonoOverUnitCost>
`;
}
