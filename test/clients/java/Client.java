import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.client.json.GenericJson;
import com.google.api.client.json.JsonObjectParser;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.auth.oauth2.GoogleCredentials;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Google's Java library as a program uses it: whatever credentials it finds by itself.
 *
 * <p>{@code java Client USERINFO [SCOPE ...]}
 *
 * <p>Each line of standard input is a step: {@code token}, {@code use} (asks who it is, with the library's own
 * request), {@code refresh}. Each is answered with one line of JSON. A token never leaves the process: its SHA-256
 * tells two of them apart.
 */
public final class Client {
  private final String address;
  private final List<String> scopes;
  private GoogleCredentials found;

  private Client(String address, List<String> scopes) {
    this.address = address;
    this.scopes = scopes;
  }

  public static void main(String[] args) throws Exception {
    Client client = new Client(args[0], Arrays.asList(args).subList(1, args.length));
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    boolean failed = false;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      GenericJson answer;
      try {
        answer = client.step(line.trim()).set("ok", true);
      } catch (Exception error) {
        answer = new GenericJson().set("ok", false).set("error", words(error));
      }
      failed = Boolean.FALSE.equals(answer.get("ok"));
      System.out.println(GsonFactory.getDefaultInstance().toString(answer));
    }
    System.exit(failed ? 1 : 0);
  }

  private GenericJson step(String name) throws Exception {
    return switch (name) {
      case "token" -> token(false);
      case "refresh" -> token(true);
      case "use" -> use();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private GoogleCredentials credentials() throws Exception {
    if (found == null) {
      GoogleCredentials any = GoogleCredentials.getApplicationDefault();
      found = scopes.isEmpty() ? any : any.createScoped(scopes);
    }
    return found;
  }

  private GenericJson token(boolean another) throws Exception {
    if (another) credentials().refresh();
    else credentials().refreshIfExpired();
    byte[] text = credentials().getAccessToken().getTokenValue().getBytes(StandardCharsets.UTF_8);
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(text);
    return new GenericJson().set("token", HexFormat.of().formatHex(sum));
  }

  private GenericJson use() throws Exception {
    HttpResponse reply =
        new NetHttpTransport()
            .createRequestFactory(new HttpCredentialsAdapter(credentials()))
            .buildGetRequest(new GenericUrl(address))
            .setParser(new JsonObjectParser(GsonFactory.getDefaultInstance()))
            .execute();
    Object email = reply.parseAs(GenericJson.class).get("email");
    return new GenericJson().set("status", reply.getStatusCode()).set("email", email);
  }

  /** An error with what caused it: a logger would print both. */
  private static String words(Throwable error) {
    StringBuilder text = new StringBuilder();
    for (Throwable one = error; one != null; one = one.getCause()) text.append(one).append('\n');
    return text.toString().trim();
  }
}
