using System.Text.Json;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Activities.Http;

/// <summary>Answers the request that started or resumed the run.</summary>
[Activity("Elsa.WriteHttpResponse", Category = "HTTP", DisplayName = "HTTP response", Description = "Answers the HTTP request that started or resumed the run.")]
public sealed class WriteHttpResponse(IHttpResponder responder) : Activity<WriteHttpResponse.Inputs>
{
    /// <summary>The answer.</summary>
    public sealed record Inputs(
        [Input("The status code, as a number or by its .NET name.", UIHint = "dropdown",
            Options = ["OK", "Created", "Accepted", "NoContent", "BadRequest", "NotFound", "Conflict", "InternalServerError"])]
        string StatusCode = "OK",
        [Input("The body: text as it is, anything else as JSON.", UIHint = "multi-line")] object? Content = null,
        [Input("The body's media type.", UIHint = "dropdown", Options = ["application/json", "text/plain", "text/html", "application/xml"])] string? ContentType = null,
        [Input("Headers by name.", UIHint = "json-editor")] JsonElement? ResponseHeaders = null);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, ActivityCall call, CancellationToken cancellationToken)
    {
        if (!Enum.TryParse<System.Net.HttpStatusCode>(inputs.StatusCode, ignoreCase: true, out var code) || (int)code is < 100 or > 599)
            throw new InputException(nameof(inputs.StatusCode), $"is not an HTTP status code ('{inputs.StatusCode}')");

        var contentType = inputs.ContentType ?? (inputs.Content is null or string ? "text/plain" : "application/json");
        var answer = new HttpAnswer((int)code, inputs.Content is null ? null : ValueConverter.ToText(inputs.Content), contentType, HttpHeaders.Of(inputs.ResponseHeaders));
        return await responder.TryRespondAsync(call.InstanceId, answer, cancellationToken)
            ? Completed("Done", $"answered with {(int)code}")
            : throw new InvalidOperationException("The run has no HTTP request that waits for an answer: it was not started by one, or it has been answered. Answer before the first wait.");
    }
}
