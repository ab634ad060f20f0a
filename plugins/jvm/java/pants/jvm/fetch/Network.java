package pants.jvm.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Makes this JVM reach the network the way other programs of the machine do.
 *
 * <p>Java knows neither {@code HTTPS_PROXY} nor {@code SSL_CERT_FILE}, and a JDK that is not the distribution's lacks
 * the certificates that the system trusts. Here both are translated: proxies into system properties, certificate files
 * into trust that is added to the JDK's own.
 */
public final class Network {
  private static final List<String> SYSTEM_CERTIFICATES =
      List.of("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem");

  private Network() {}

  /** Sets proxies and trust from the environment, then from the lines {@code proxy} of the script where it says none. */
  public static void configure(Map<String, String> environment, Script script)
      throws IOException, GeneralSecurityException {
    List<Proxy> proxies = new ArrayList<>();
    for (String scheme : List.of("http", "https")) {
      String url = variable(environment, scheme + "_proxy");
      url = url.isEmpty() ? variable(environment, "all_proxy") : url;
      if (!url.isEmpty()) {
        proxies.add(Proxy.parse(scheme, url, variable(environment, "no_proxy")));
      }
    }
    if (proxies.isEmpty()) {
      script.lines("proxy").forEach(line -> proxies.addAll(Proxy.fromLine(line)));
    }
    useProxies(proxies);
    useCertificates(environment);
  }

  private static String variable(Map<String, String> environment, String name) {
    String value = environment.getOrDefault(name, "");
    return value.isEmpty() ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "") : value;
  }

  /** One proxy: for which scheme, where, as whom; and the hosts it is not for, in Java's syntax. */
  private record Proxy(String scheme, String host, int port, String user, String password, String except) {
    static Proxy parse(String scheme, String url, String noProxy) {
      URI uri = URI.create(url.contains("://") ? url : "http://" + url);
      String[] userInfo = (uri.getUserInfo() == null ? "" : uri.getUserInfo()).split(":", 2);
      int port = uri.getPort() > 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
      String password = userInfo.length > 1 ? userInfo[1] : "";
      return new Proxy(scheme, uri.getHost(), port, userInfo[0], password, exceptions(noProxy));
    }

    /** A line of the script: host, port, user, password, exceptions as settings.xml writes them. */
    static List<Proxy> fromLine(List<String> line) {
      List<Proxy> both = new ArrayList<>();
      for (String scheme : List.of("http", "https")) {
        both.add(
            new Proxy(scheme, line.get(0), Integer.parseInt(line.get(1)), line.get(2), line.get(3), line.get(4)));
      }
      return both;
    }

    /** {@code a.org,.b.org} becomes {@code a.org|*.a.org|*.b.org}. */
    private static String exceptions(String noProxy) {
      List<String> patterns = new ArrayList<>(List.of("localhost", "127.*", "[::1]"));
      for (String item : noProxy.split(",")) {
        String host = item.strip();
        if (host.isEmpty() || host.contains("/")) {
          continue;
        }
        if (host.startsWith("*") || host.startsWith(".")) {
          patterns.add("*" + host.replaceFirst("^\\*", ""));
        } else {
          patterns.add(host);
          patterns.add("*." + host);
        }
      }
      return String.join("|", patterns);
    }
  }

  private static void useProxies(List<Proxy> proxies) {
    for (Proxy proxy : proxies) {
      System.setProperty(proxy.scheme + ".proxyHost", proxy.host);
      System.setProperty(proxy.scheme + ".proxyPort", Integer.toString(proxy.port));
      System.setProperty("http.nonProxyHosts", proxy.except);
      if (!proxy.user.isEmpty()) {
        // Basic authentication to a proxy is switched off for tunnels unless somebody says otherwise.
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        Authenticator.setDefault(
            new Authenticator() {
              @Override
              protected PasswordAuthentication getPasswordAuthentication() {
                boolean isOurs = getRequestorType() == RequestorType.PROXY && proxy.host.equals(getRequestingHost());
                return isOurs ? new PasswordAuthentication(proxy.user, proxy.password.toCharArray()) : null;
              }
            });
      }
    }
  }

  /** Trusts what the JDK trusts, and what the file of {@code SSL_CERT_FILE}, or else the system's file, holds. */
  private static void useCertificates(Map<String, String> environment) throws IOException, GeneralSecurityException {
    String named = environment.getOrDefault("SSL_CERT_FILE", "");
    List<String> files = named.isEmpty() ? SYSTEM_CERTIFICATES : List.of(named);
    for (String file : files) {
      if (Files.isReadable(Path.of(file))) {
        X509TrustManager both = new Either(trustIn(null), trustIn(certificates(Path.of(file))));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {both}, null);
        SSLContext.setDefault(context);
        HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
        return;
      }
    }
  }

  private static KeyStore certificates(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(file)) {
      int index = 0;
      for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("system-" + index++, certificate);
      }
    }
    return store;
  }

  private static X509TrustManager trustIn(KeyStore store) throws GeneralSecurityException {
    TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager trust) {
        return trust;
      }
    }
    throw new GeneralSecurityException("this JDK has no X.509 trust manager");
  }

  /** Trusts a server that one of two trusts. */
  private record Either(X509TrustManager one, X509TrustManager other) implements X509TrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
      try {
        one.checkServerTrusted(chain, type);
      } catch (CertificateException refused) {
        other.checkServerTrusted(chain, type);
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
      one.checkClientTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return one.getAcceptedIssuers();
    }
  }
}
