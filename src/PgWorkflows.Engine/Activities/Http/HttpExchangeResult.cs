using System.Diagnostics;
using System.Text.Json;
using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Engine.Activities.Http;

/// <summary>What an exchange comes to as a result of an activity.</summary>
internal static class HttpExchangeResult
{
    public const string Answered = "Done";
    public const string NotConnected = "Failed to connect";
    public const string TimedOut = "Timeout";

    public static ActivityResult.Completed Of(HttpRequestInputs inputs, HttpReply reply) => reply switch
    {
        HttpReply.Answered answer => new(Answered)
        {
            Sentence = $"{inputs.Method.ToUpperInvariant()} {inputs.Url} was answered with {answer.StatusCode}",
            Outputs = new Dictionary<string, object?>
            {
                ["Result"] = answer.Content,
                ["StatusCode"] = answer.StatusCode,
                ["ParsedContent"] = Parsed(answer),
                ["ResponseHeaders"] = answer.Headers,
            },
        },
        HttpReply.NotConnected failure => new(NotConnected) { Sentence = $"no connection to {inputs.Url}: {failure.Reason}" },
        HttpReply.TimedOut late => new(TimedOut) { Sentence = $"no answer from {inputs.Url} within {late.After}" },
        _ => throw new UnreachableException($"Unexpected {reply.GetType().Name}"),
    };

    private static object? Parsed(HttpReply.Answered answer)
    {
        if (answer.Content is null || answer.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) is not true)
            return answer.Content;
        try
        {
            using var document = JsonDocument.Parse(answer.Content, new JsonDocumentOptions { MaxDepth = DefinitionReader.MaxDepth });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return answer.Content; // What claims to be JSON and is not stays text.
        }
    }
}
