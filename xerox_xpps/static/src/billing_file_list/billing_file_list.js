/* License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import { DocumentFileUploader } from "@account/components/document_file_uploader/document_file_uploader";
import { FileUploadListController } from "@account/views/file_upload_list/file_upload_list_controller";
import { FileUploadListRenderer } from "@account/views/file_upload_list/file_upload_list_renderer";
import { fileUploadListView } from "@account/views/file_upload_list/file_upload_list_view";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** Offers files of the types that are read; any other that is dropped is kept as a draft that says so. */
export class BillingFileUploader extends DocumentFileUploader {
    static props = {
        ...DocumentFileUploader.props,
        acceptedFileExtensions: { type: String, optional: true },
    };
    static defaultProps = { acceptedFileExtensions: ".xml,.csv,.xlsx" };
}

export class BillingFileListController extends FileUploadListController {
    static components = {
        ...FileUploadListController.components,
        DocumentFileUploader: BillingFileUploader,
    };
}

export class BillingFileListRenderer extends FileUploadListRenderer {
    setup() {
        super.setup();
        this.dropZoneTitle = _t("Drop Xerox's Billing Details Files here");
        this.dropZoneDescription = _t("Each .xml, .csv or .xlsx file becomes a draft and is checked immediately.");
    }
}

registry.category("views").add("xpps_billing_file_list", {
    ...fileUploadListView,
    Controller: BillingFileListController,
    Renderer: BillingFileListRenderer,
});
