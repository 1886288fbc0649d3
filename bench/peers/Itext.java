// iText 2.1.7: Barcode128 placed on the content byte (Debian libitext-java); needs only a tiny JSON reader for the flat records
import com.lowagie.text.*; import com.lowagie.text.pdf.*; import java.io.*; import java.nio.file.*; import java.util.regex.*;
public class Itext {
  static final float mm = 72f / 25.4f, PW = 210 * mm, PH = 297 * mm, CW = 85.6f * mm, CH = 53.98f * mm, X0 = (PW - 2 * CW) / 2, Y0 = (PH - 5 * CH) / 2;
  static void bar(PdfContentByte cb, BaseFont f, String t, float x, float y, float w, float h, float cx, float base, float size) throws Exception {
    Barcode128 b = new Barcode128(); b.setCode(t); b.setFont(null); b.setBarHeight(h); b.setX(1);
    b.setX(w / b.getBarcodeSize().getWidth());
    cb.saveState(); cb.concatCTM(1, 0, 0, 1, x, y - h); b.placeBarcode(cb, java.awt.Color.black, null); cb.restoreState();
    cb.beginText(); cb.setFontAndSize(f, size); cb.showTextAligned(PdfContentByte.ALIGN_CENTER, t, cx, base, 0); cb.endText();
  }
  public static void main(String[] a) throws Exception {
    String json = new String(Files.readAllBytes(Paths.get(a[0])), "UTF-8"); String here = a.length > 2 ? a[2] : ".";
    Document d = new Document(new Rectangle(PW, PH)); PdfWriter w = PdfWriter.getInstance(d, new BufferedOutputStream(new FileOutputStream(a[1]), 1 << 16)); d.open();
    BaseFont f = BaseFont.createFont(here + "/../../templates/fonts/JetBrainsMono-Medium.ttf", BaseFont.IDENTITY_H, BaseFont.EMBEDDED);
    Image bg = Image.getInstance(here + "/../workload/background.jpg"); PdfContentByte cb = w.getDirectContent();
    Matcher m = Pattern.compile("\\{\"card_id\":\"([^\"]*)\",\"token\":\"([^\"]*)\",\"pin\":\"([^\"]*)\"\\}").matcher(json); int i = 0;
    while (m.find()) { int k = i % 10;
      if (k == 0) { if (i > 0) d.newPage(); cb.setLineWidth(0.25f); float g = 2 * mm, l = 5 * mm, R = X0 + 2 * CW, B = Y0 + 5 * CH;
        for (int n = 0; n < 3; n++) { float x = X0 + n * CW; cb.moveTo(x, PH - Y0 + g + l); cb.lineTo(x, PH - Y0 + g); cb.moveTo(x, PH - B - g); cb.lineTo(x, PH - B - g - l); }
        for (int n = 0; n < 6; n++) { float y = PH - Y0 - n * CH; cb.moveTo(X0 - g - l, y); cb.lineTo(X0 - g, y); cb.moveTo(R + g, y); cb.lineTo(R + g + l, y); } cb.stroke(); }
      float x = X0 + (k % 2) * CW, y = PH - Y0 - (k / 2) * CH;
      cb.addImage(bg, CW, 0, 0, CH, x, y - CH);
      bar(cb, f, m.group(2), x + 4.8f * mm, y - 19 * mm, 76 * mm, 9 * mm, x + 42.8f * mm, y - 31.2f * mm, 6.5f);
      bar(cb, f, m.group(3), x + 6 * mm, y - 36 * mm, 30 * mm, 8 * mm, x + 21 * mm, y - 47.2f * mm, 7.5f);
      cb.beginText(); cb.setFontAndSize(f, 6.5f); cb.showTextAligned(PdfContentByte.ALIGN_LEFT, m.group(1), x + 50 * mm, y - 47.2f * mm, 0); cb.endText(); i++; }
    d.close();
  }
}
