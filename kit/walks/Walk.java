// An agency's system in Java (17 or newer) and nothing beside it: it sends a signal, waits for the answer, reads the feed,
// acknowledges, and verifies webhooks. Ends with 0 only if all of it held.
//
//   POST_OFFICE=http://127.0.0.1:8180 POST_TOKEN=... java Walk.java vectors.tsv

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Walk {
    static final String POST = System.getenv("POST_OFFICE") + "/v1/";
    static final String CONSUMER = "walk-java";
    static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(15)).build();

    public static void main(String[] given) throws Exception {
        // 1. Send. The id is of your own: keep it with your data before you send, and it is the same event however often you try.
        String id = "walk-java-" + UUID.randomUUID();
        String event = """
            {"specversion": "1.0", "source": "/walk", "id": "%s", "type": "nl.keten.signals.reported.v1", "subject": "%s",
             "ground": "legal_task", "data": {"signal": {"municipality": "GM0995", "account": "An invented example: somebody asked for help."}}}
            """.formatted(id, id);
        HttpRequest.Builder send = asking("events").header("Content-Type", "application/cloudevents+json").POST(BodyPublishers.ofString(event));
        String caseref = field(said(send), "caseref");
        must(caseref != null, "the answer names no case");
        must(caseref.equals(field(said(send), "caseref")), "sent twice, it became two cases");
        System.out.println("sent: case " + caseref);

        // 2. Wait until it is answered.
        String stage = null;
        for (int turn = 0; turn < 4 && !"answered".equals(stage); turn++) {
            stage = field(said(asking("events/" + id).header("Prefer", "wait=15").GET()), "stage");
        }
        must("answered".equals(stage), "it was not answered: " + stage);
        System.out.println("answered");

        // 3. Read the feed from the mark that the post office keeps for us, until the answer is there.
        HttpResponse<String> mark = ask(asking("consumers/" + CONSUMER).GET());
        String answer = heard(caseref, mark.statusCode() == 200 ? field(mark.body(), "lastEventId") : null);
        System.out.println("heard: " + answer);

        // 4. Acknowledge, once what it means is on your own disk.
        String set = "{\"lastEventId\": \"%s\"}".formatted(answer);
        String marked = said(asking("consumers/" + CONSUMER).header("Content-Type", "application/json").PUT(BodyPublishers.ofString(set)));
        must(answer.equals(field(marked, "lastEventId")), "the mark does not stand where it was set");
        System.out.println("acknowledged");

        // 5. Webhooks: what must hold, and what must not.
        List<String> vectors = Files.readAllLines(Path.of(given.length > 0 ? given[0] : "vectors.tsv"));
        for (String vector : vectors.subList(1, vectors.size())) {
            String[] part = vector.split("\t");
            boolean holds = verified(Long.parseLong(part[2]), part[3], part[4], part[5], part[6], part[7]);
            must(holds == part[1].equals("holds"), "a webhook, " + part[0] + ": it " + (holds ? "holds" : "fails"));
        }
        System.out.println("webhooks verified");
    }

    /** Follows the feed as server-sent events until something of a case is told; its id. A connection that ends is made again. */
    static String heard(String caseref, String after) throws Exception {
        for (int connection = 0; connection < 8; connection++) {
            HttpRequest.Builder follow = asking("feed").header("Accept", "text/event-stream").GET();
            if (after != null) {
                follow.header("Last-Event-ID", after);
            }
            try (Stream<String> lines = HTTP.send(follow.timeout(Duration.ofSeconds(60)).build(), BodyHandlers.ofLines()).body()) {
                for (Iterator<String> each = lines.iterator(); each.hasNext();) {
                    String line = each.next();
                    if (line.startsWith("id:")) {
                        after = line.substring(3).strip();
                    } else if (line.startsWith("data:") && line.contains(caseref)) {
                        return after;
                    }
                }
            } catch (IOException | java.io.UncheckedIOException away) {
                Thread.sleep(1000);
            }
        }
        throw new IllegalStateException("the answer is not in the feed");
    }

    /** Whether a webhook is from our post office: signature, then time. */
    static boolean verified(long now, String secret, String id, String timestamp, String signatures, String body) throws GeneralSecurityException {
        if (Math.abs(now - Long.parseLong(timestamp)) > 300) {
            return false;
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replaceFirst("^whsec_", "")), "HmacSHA256"));
        byte[] right = mac.doFinal((id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
        byte[] written = ("v1," + Base64.getEncoder().encodeToString(right)).getBytes(StandardCharsets.UTF_8);
        for (String signature : signatures.split(" ")) {
            if (MessageDigest.isEqual(signature.getBytes(StandardCharsets.UTF_8), written)) { // in constant time
                return true;
            }
        }
        return false;
    }

    static HttpRequest.Builder asking(String path) {
        String token = "Bearer " + System.getenv("POST_TOKEN");
        return HttpRequest.newBuilder(URI.create(POST + path)).timeout(Duration.ofSeconds(60)).header("Authorization", token);
    }

    /** Tries again where the post office is away or busy. That is safe: the event keeps its id. */
    static HttpResponse<String> ask(HttpRequest.Builder request) throws Exception {
        for (int tries = 1;; tries++) {
            try {
                HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
                if (tries == 8 || answer.statusCode() != 429 && answer.statusCode() < 500) {
                    return answer;
                }
                Thread.sleep(1000 * answer.headers().firstValueAsLong("Retry-After").orElse(1));
            } catch (IOException away) {
                if (tries == 8) {
                    throw away;
                }
                Thread.sleep(1000L * tries);
            }
        }
    }

    static String said(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = ask(request);
        must(answer.statusCode() / 100 == 2, answer.statusCode() + " " + field(answer.body(), "code") + ": " + field(answer.body(), "detail"));
        return answer.body();
    }

    /** The last value of a text field. Java itself reads no JSON: in your own system use the library that you have. */
    static String field(String json, String name) {
        String found = null;
        for (var match = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json); match.find();) {
            found = match.group(1);
        }
        return found;
    }

    static void must(boolean held, String otherwise) {
        if (!held) {
            throw new IllegalStateException(otherwise);
        }
    }
}
