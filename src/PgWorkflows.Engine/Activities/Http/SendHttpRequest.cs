using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Interpreting;
using PgWorkflows.Engine.Programs;

namespace PgWorkflows.Engine.Activities.Http;

/// <summary>Sends an HTTP request and runs the activity that is embedded for what came of it.</summary>
[Activity("Elsa.SendHttpRequest", Category = "HTTP", Description = "Sends an HTTP request.", Kind = ActivityKind.Task, HasEffect = true)]
[Output("Result", typeof(object), "The answer's body.")]
[Output("StatusCode", typeof(int), "The answer's status code.")]
[Output("ParsedContent", typeof(object), "The answer's body, as an object when it is JSON.")]
[Output("ResponseHeaders", typeof(object), "The answer's headers.")]
public sealed class SendHttpRequest(IHttpSender sender) : Activity<HttpRequestInputs>, IEmbedding
{
    private ActivityDescriptor? _descriptor;

    /// <inheritdoc/>
    public override ActivityDescriptor Descriptor => _descriptor ??= base.Descriptor with
    {
        EmbeddedPorts = ["ExpectedStatusCodes", "UnmatchedStatusCode", "FailedToConnect", "Timeout"],
        Inputs =
        [
            .. base.Descriptor.Inputs,
            new("ExpectedStatusCodes", "HttpStatusCodeCases", "http-status-codes", null, false, "An activity for each status code.", null) { IsWrapped = false, AutoEvaluate = false },
        ],
    };

    Behavior IEmbedding.Behavior => new Sending(this);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(HttpRequestInputs inputs, CancellationToken cancellationToken) =>
        HttpExchangeResult.Of(inputs, await sender.SendAsync(inputs.ToMessage(), cancellationToken));

    /// <summary>Schedules what is embedded for the outcome, and completes after it.</summary>
    private sealed class Sending(IActivity activity) : LeafBehavior(activity)
    {
        public override void Returned(Burst burst, ActivityContext self, ActivityResult.Completed result)
        {
            if (BranchFor(self.Node, result) is not { } branch)
            {
                burst.Complete(self, null, result.Outputs, result.Sentence);
                return;
            }

            self = burst.Record(self, result.Outputs);
            burst.Schedule(burst.Update(self with { Sentence = result.Sentence }), branch);
        }

        public override void ChildCompleted(Burst burst, ActivityContext self, ActivityContext child, IReadOnlyList<string> outcomes) =>
            burst.Complete(self, sentence: self.Sentence);

        private static Node? BranchFor(Node node, ActivityResult.Completed result)
        {
            if (result.Outcomes[0] != HttpExchangeResult.Answered)
                return node.Child(result.Outcomes[0] == HttpExchangeResult.TimedOut ? "timeout" : "failedToConnect");

            var code = result.Outputs["StatusCode"]?.ToString();
            var cases = node.Source!.Json.Member("expectedStatusCodes") is { ValueKind: System.Text.Json.JsonValueKind.Array } list ? list.EnumerateArray().ToList() : [];
            var index = cases.FindIndex(item => item.Member("statusCode")?.ToString() == code);
            return node.Child(index < 0 ? "unmatchedStatusCode" : "expectedStatusCodes" + index);
        }
    }
}
