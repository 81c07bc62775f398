namespace PgWorkflows.Server.Console;

/// <summary>Every text of the console, in one table.</summary>
internal static class Texts
{
    // The frame.
    public static readonly Text Resources = new("Resources", "リソース");
    public static readonly Text Runs = new("Runs", "実行履歴");
    public static readonly Text Events = new("Events", "イベント");
    public static readonly Text Workflows = new("Workflows", "ワークフロー");
    public static readonly Text Users = new("Users", "ユーザー");
    public static readonly Text Keys = new("Keys", "APIキー");
    public static readonly Text Audit = new("Audit", "監査");
    public static readonly Text Account = new("Account", "アカウント");
    public static readonly Text SignOut = new("Sign out", "サインアウト");
    public static readonly Text SkipToContent = new("Skip to content", "本文へ移動");
    public static readonly Text TimesAre = new("Times are those of the server, {0}.", "時刻はサーバーの時刻です({0})。");
    public static readonly Text Lost = new("The server does not answer. What you see is from", "サーバーが応答しません。表示は次の時刻のものです:");

    // Signing in.
    public static readonly Text SignIn = new("Sign in", "サインイン");
    public static readonly Text Name = new("Name", "名前");
    public static readonly Text Password = new("Password", "パスワード");
    public static readonly Text WrongCredential = new("The name or the password is wrong.", "名前またはパスワードが違います。");
    public static readonly Text TooManyAttempts = new("Too many attempts. Try again in {0}.", "試行回数が多すぎます。{0} 後にもう一度お試しください。");
    public static readonly Text FirstTime = new(
        "First time here? The server has written the first user and password into first-credential.txt in its data folder; its log says where.",
        "初めてですか? 最初のユーザーとパスワードは、サーバーのデータフォルダーの first-credential.txt にあります。場所はサーバーのログに書かれています。");

    // Resources.
    public static readonly Text State = new("State", "状態");
    public static readonly Text InServiceProtected = new("in service, protected", "稼働中・保護あり");
    public static readonly Text InServiceUnprotected = new("in service, not protected", "稼働中・保護なし");
    public static readonly Text OutOfService = new("out of service", "停止中");
    public static readonly Text OutOfServiceFailed = new("out of service, failed", "停止中・障害");
    public static readonly Text Since = new("since", "変更時刻");
    public static readonly Text Reason = new("Reason", "理由");
    public static readonly Text LastCheck = new("Last check", "最後のチェック");
    public static readonly Text NeverChecked = new("never checked", "チェックなし");
    public static readonly Text UnderWay = new("Under way", "実行中の操作");
    public static readonly Text Nothing = new("nothing", "なし");
    public static readonly Text NoResource = new(
        "No resource is configured. Add one under PgWorkflows:Resources in appsettings.json and start the server again.",
        "リソースが設定されていません。appsettings.json の PgWorkflows:Resources に追加し、サーバーを再起動してください。");
    public static readonly Text NotProtected = new("Not protected", "保護されていません");
    public static readonly Text MendAndStartAgain = new("What is configured is wrong and was left out. Mend it and start the server again:", "設定に誤りがあるため除外されました。修正してサーバーを再起動してください:");
    public static readonly Text WayTaken = new("The workflow with the way that the run has taken", "ワークフローと、実行がたどった経路");
    public static readonly Text Api = new("API reference", "APIリファレンス");
    public static readonly Text ApiIntroduction = new("Send a key as 'Authorization: Bearer KEY'. The same as a document:", "キーは 'Authorization: Bearer KEY' で送ります。ドキュメント:");
    public static readonly Text Parameters = new("Parameters", "パラメーター");
    public static readonly Text Answers = new("Answers", "応答");
    public static readonly Text Shapes = new("Shapes", "データの形");
    public static readonly Text Port = new("Port", "ポート");
    public static readonly Text Service = new("Service", "サービス");
    public static readonly Text DataDirectory = new("Data directory", "データディレクトリー");
    public static readonly Text Last24Hours = new("Checks of the last 24 hours", "過去24時間のチェック");
    public static readonly Text StripMeans = new("Each bar is five minutes: green when every check succeeded, red when one failed.", "棒1本は5分です。すべて成功なら緑、1つでも失敗なら赤です。");
    public static readonly Text NoChecks = new("No check in the last 24 hours.", "過去24時間のチェックはありません。");
    public static readonly Text CountOfChecks = new("{0} succeeded, {1} failed", "成功 {0}、失敗 {1}");
    public static readonly Text CountInHour = new("{0} succeeded in the hour", "1時間に成功 {0}");
    public static readonly Text Durations = new("How long checks took", "チェックの所要時間");
    public static readonly Text Longest = new("longest {0}", "最長 {0}");
    public static readonly Text Now = new("now", "現在");
    public static readonly Text HoursAgo = new("{0} h ago", "{0}時間前");

    // Actions.
    public static readonly Text Actions = new("Actions", "操作");
    public static readonly Text WhatWillHappen = new("What will happen", "何が起こるか");
    public static readonly Text QuickCheckDoes = new("Asks whether the service runs. Nothing is changed.", "サービスが動いているかを調べます。何も変更しません。");
    public static readonly Text DeepCheckDoes = new(
        "Asks whether the service runs, whether its port is the configured one and whether clients are served. Nothing is changed.",
        "サービスの動作、ポートが設定と一致すること、クライアントが接続できることを調べます。何も変更しません。");
    public static readonly Text RestoreDoes = new(
        "Starts the server unless it runs, waits for it and proves that it answers. Then its state is ISP, or OSF when that fails.",
        "動いていなければサーバーを起動し、待機して、応答することを確かめます。成功すると状態は ISP、失敗すると OSF になります。");
    public static readonly Text RemoveDoes = new(
        "Stops the server: every session is ended and no client can connect until it is restored. Then its state is OSU, or OSF when that fails.",
        "サーバーを停止します。すべてのセッションが切断され、再起動するまで接続できません。成功すると状態は OSU、失敗すると OSF になります。");
    public static readonly Text RecoverDoes = new(
        "Stops the server if it runs, which ends every session, then starts it and proves that it answers. Then its state is ISP, or OSF when that fails.",
        "動いていればサーバーを停止し(すべてのセッションが切断されます)、起動して、応答することを確かめます。成功すると状態は ISP、失敗すると OSF になります。");
    public static readonly Text ChecksNeedIsp = new("The state is {0}, not ISP: this check will be skipped.", "状態が ISP ではなく {0} のため、このチェックはスキップされます。");
    public static readonly Text BusyNow = new("Under way at the moment: {0}. A second action is refused until it has ended.", "現在実行中: {0}。終了するまで別の操作は拒否されます。");
    public static readonly Text RunIt = new("Run {0} on {1}", "{1} で {0} を実行");
    public static readonly Text Back = new("Back", "戻る");
    public static readonly Text Busy = new("Nothing was done: {0} is under way on {1}.", "何も実行しませんでした。{1} で {0} を実行中です。");
    public static readonly Text NeedsOperator = new("Running actions needs the role Operator.", "操作の実行には Operator ロールが必要です。");

    // A history that cannot be written.
    public static readonly Text HistoryTrouble = new(
        "The history cannot be written. No action begins and checks pause; both go on by themselves when it can be written again.",
        "履歴に書き込めません。操作は開始されず、チェックは一時停止しています。書き込めるようになると自動的に再開します。");
    public static readonly Text CureFull = new("Make space on the disk of the data folder.", "データフォルダーのディスクの空き容量を増やしてください。");
    public static readonly Text CureReadOnly = new(
        "Mend the rights of the data folder, or mount its disk for writing.", "データフォルダーの権限を直すか、ディスクを書き込み可能でマウントしてください。");
    public static readonly Text CureFailing = new(
        "Look at the system's log: the disk of the data folder refuses writes.", "システムのログを確認してください。データフォルダーのディスクが書き込みを拒否しています。");

    // Maintenance.
    public static readonly Text Maintenance = new("Maintenance", "メンテナンス");
    public static readonly Text InMaintenance = new("In maintenance", "メンテナンス中");
    public static readonly Text MaintenanceBy = new("by {0}, until", "担当 {0}、終了予定");
    public static readonly Text MaintenanceMeans = new(
        "Checks go on and you may run actions. Nothing acts by itself until maintenance is switched off or its time is over.",
        "チェックは続き、操作も実行できます。解除されるか終了時刻になるまで、自動の操作は行われません。");
    public static readonly Text ForHowLong = new("For how long", "期間");
    public static readonly Text SwitchOn = new("Switch maintenance on", "メンテナンスを開始");
    public static readonly Text SwitchOff = new("Switch maintenance off", "メンテナンスを解除");
    public static readonly Text BadReason = new("A reason is needed: 1 to 500 characters and no line breaks.", "理由が必要です。改行を含まない1〜500文字で入力してください。");
    public static readonly Text BadSpan = new("The time is from 1m to 30d.", "期間は 1m から 30d までです。");

    // Runs.
    public static readonly Text Run = new("Run", "実行");
    public static readonly Text Started = new("Started", "開始");
    public static readonly Text Took = new("Took", "所要時間");
    public static readonly Text Action = new("Action", "操作");
    public static readonly Text Resource = new("Resource", "リソース");
    public static readonly Text Result = new("Result", "結果");
    public static readonly Text By = new("By", "依頼者");
    public static readonly Text Definition = new("Definition", "定義");
    public static readonly Text Version = new("version {0}", "バージョン {0}");
    public static readonly Text ReturnValue = new("return value {0}", "戻り値 {0}");
    public static readonly Text Steps = new("Steps", "ステップ");
    public static readonly Text Branch = new("Branch", "分岐");
    public static readonly Text Ran = new("Ran", "実行したコマンド");
    public static readonly Text CameBack = new("Came back", "出力");
    public static readonly Text ExitCode = new("exit code {0}", "終了コード {0}");
    public static readonly Text OnTheCanvas = new("See it on the canvas", "キャンバスで見る");
    public static readonly Text GoesOn = new("It goes on.", "実行中です。");
    public static readonly Text NoRuns = new("No run yet.", "実行履歴はありません。");
    public static readonly Text NoSteps = new("No step is stored yet.", "記録されたステップはまだありません。");

    // Events, audit.
    public static readonly Text Time = new("Time", "時刻");
    public static readonly Text Number = new("Number", "番号");
    public static readonly Text Severity = new("Severity", "重大度");
    public static readonly Text Message = new("Message", "メッセージ");
    public static readonly Text Search = new("Search", "検索");
    public static readonly Text AnyResource = new("all resources", "すべてのリソース");
    public static readonly Text AnySeverity = new("all severities", "すべての重大度");
    public static readonly Text Older = new("Older", "前のページ");
    public static readonly Text NothingFound = new("Nothing was found.", "見つかりませんでした。");
    public static readonly Text Who = new("Who", "誰が");
    public static readonly Text Address = new("Address", "アドレス");
    public static readonly Text What = new("What", "内容");
    public static readonly Text Target = new("Target", "対象");
    public static readonly Text Outcome = new("Outcome", "結果");
    public static readonly Text Detail = new("Detail", "詳細");

    // Users, keys, account.
    public static readonly Text Role = new("Role", "ロール");
    public static readonly Text Created = new("Created", "作成");
    public static readonly Text AddUser = new("Add a user", "ユーザーを追加");
    public static readonly Text Add = new("Add", "追加");
    public static readonly Text Change = new("Change", "変更");
    public static readonly Text NewPasswordFor = new("New password", "新しいパスワード");
    public static readonly Text RemoveUser = new("Remove", "削除");
    public static readonly Text RemoveNamed = new("Remove {0} for good", "{0} を完全に削除");
    public static readonly Text ShownOnce = new("Shown only now. Keep it somewhere safe.", "今だけ表示されます。安全な場所に保管してください。");
    public static readonly Text PasswordOf = new("Password of {0}", "{0} のパスワード");
    public static readonly Text KeyOf = new("Key {0}", "キー {0}");
    public static readonly Text AddKey = new("Make a key", "キーを作成");
    public static readonly Text ValidDays = new("Valid for days", "有効日数");
    public static readonly Text Expires = new("Expires", "有効期限");
    public static readonly Text LastUsed = new("Last used", "最終使用");
    public static readonly Text Never = new("never", "なし");
    public static readonly Text Revoke = new("Revoke", "失効させる");
    public static readonly Text Revoked = new("revoked", "失効");
    public static readonly Text Expired = new("expired", "期限切れ");
    public static readonly Text Valid = new("valid", "有効");
    public static readonly Text NoKeys = new("No key yet.", "キーはありません。");
    public static readonly Text KeysAreFor = new(
        "Keys are for scripts and pgw: put one into the environment variable PGW_KEY, or into a file for pgw --key-file.",
        "キーはスクリプトと pgw 用です。環境変数 PGW_KEY、または pgw --key-file のファイルに入れてください。");
    public static readonly Text ChangePassword = new("Change the password", "パスワードを変更");
    public static readonly Text OldPassword = new("Present password", "現在のパスワード");
    public static readonly Text NewPassword = new("New password, at least 12 characters", "新しいパスワード(12文字以上)");
    public static readonly Text PasswordChanged = new("The password was changed. Other sessions of yours have ended.", "パスワードを変更しました。ほかのセッションは終了しました。");
    public static readonly Text RoleIs = new("Your role is {0}.", "あなたのロールは {0} です。");

    // What is refused.
    public static readonly Text BadUserName = new(
        "A user's name has 1 to 64 letters, digits, dots, hyphens, underscores or @, and begins with a letter or digit.",
        "ユーザー名は1〜64文字の英数字、ドット、ハイフン、下線、@ で、英数字で始まる必要があります。");
    public static readonly Text BadRole = new("The role is one of Viewer, Operator, Author and Admin.", "ロールは Viewer、Operator、Author、Admin のいずれかです。");
    public static readonly Text BadPassword = new("A password has 12 to 200 characters.", "パスワードは12〜200文字です。");
    public static readonly Text BadKeyName = new("A key's name has 1 to 100 characters and no line breaks.", "キーの名前は改行を含まない1〜100文字です。");
    public static readonly Text BadDays = new("A key is valid for 1 to 366 days.", "キーの有効日数は1〜366日です。");
    public static readonly Text NameTaken = new("There is a user of this name.", "この名前のユーザーは既に存在します。");
    public static readonly Text LastAdmin = new("Somebody must stay Admin: this is the last one.", "最後の Admin のため変更できません。");
    public static readonly Text NoSuchUser = new("There is no such user.", "そのユーザーは存在しません。");
    public static readonly Text NoSuchKey = new("There is no such key, or it is revoked already.", "そのキーは存在しないか、既に失効しています。");
    public static readonly Text NoSuchPage = new("There is no such page.", "ページが見つかりません。");
    public static readonly Text SearchTooLong = new("A search has at most 200 characters.", "検索文字列は200文字までです。");
    public static readonly Text FormExpired = new("This form is too old or not from this server. Go back, load the page again and retry.", "フォームが古いか、このサーバーのものではありません。戻って再読み込みしてください。");
}
