namespace PgWorkflows.Engine.Activities.Http;

/// <summary>Sends HTTP requests; the host implements it, with its limits on sizes, schemes and addresses.</summary>
public interface IHttpSender
{
    /// <summary>Sends a request. What can happen on a network is a case of <see cref="HttpReply"/>, not an exception.</summary>
    ValueTask<HttpReply> SendAsync(HttpMessage message, CancellationToken cancellationToken);
}

/// <summary>A request to be sent.</summary>
/// <param name="Url">An absolute http or https address.</param>
/// <param name="Method">The method in capitals.</param>
/// <param name="Content">The body as text, or null.</param>
/// <param name="ContentType">The body's media type.</param>
/// <param name="Headers">Further headers; Authorization is among them.</param>
/// <param name="ChecksAuthorization">Refuse an Authorization value that is not of the form "scheme value".</param>
public sealed record HttpMessage(
    Uri Url, string Method, string? Content, string ContentType, IReadOnlyDictionary<string, IReadOnlyList<string>> Headers, bool ChecksAuthorization);

/// <summary>What came of a request.</summary>
public abstract record HttpReply
{
    private HttpReply()
    {
    }

    /// <summary>The server answered.</summary>
    public sealed record Answered(int StatusCode, string? Content, string? ContentType, IReadOnlyDictionary<string, IReadOnlyList<string>> Headers) : HttpReply;

    /// <summary>No connection could be made, or the host does not allow that address.</summary>
    public sealed record NotConnected(string Reason) : HttpReply;

    /// <summary>The answer took too long.</summary>
    public sealed record TimedOut(TimeSpan After) : HttpReply;
}

/// <summary>Answers the HTTP request that a run was started or resumed by; the host implements it.</summary>
public interface IHttpResponder
{
    /// <summary>Answers the request; false when the run has no request that waits for an answer.</summary>
    ValueTask<bool> TryRespondAsync(string instanceId, HttpAnswer answer, CancellationToken cancellationToken);
}

/// <summary>An answer to an HTTP request.</summary>
public sealed record HttpAnswer(int StatusCode, string? Content, string? ContentType, IReadOnlyDictionary<string, IReadOnlyList<string>> Headers);
